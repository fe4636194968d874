"""What web and media host say to each other."""
