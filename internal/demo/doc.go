// Package demo shows the whole system at work on one recording, for a person at
// a terminal: it finds a recording, starts everything in one process, plays the
// recording, tells what happens while it happens, and sums up.
//
// It adds nothing to what the system does.
package demo
