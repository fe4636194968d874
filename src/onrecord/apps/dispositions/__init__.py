"""The team's lists of dispositions and sentiments, and whether reps must choose from them."""
