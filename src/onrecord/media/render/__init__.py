"""Turns a call's journal into its recording: places frames in time, mixes, encodes, seals and stores them."""
