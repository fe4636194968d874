"""What every app needs: errors, queries, paging, text, moments and the database backends."""
