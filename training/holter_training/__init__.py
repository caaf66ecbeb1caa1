"""Builds, trains, exports and checks the ECG language model that Holter ships."""
