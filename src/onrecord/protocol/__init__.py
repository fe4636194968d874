"""The messages between web and media host."""
