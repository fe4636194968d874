"""What every app uses: errors, queries, paging, text, times, and the database backends."""
