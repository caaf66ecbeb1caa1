// Package localize is the language of localization: the conditions that can be
// asked for, the forms in which they are asked, the answers as text and as
// spans of time, and the stitching of the answers to overlapping windows into
// events in which every beat is counted exactly once.
//
// It asks no model and reads no signal: times go in, times come out. Times
// inside a clip are seconds from the clip's first sample (float64); times of
// events are wall times (time.Time).
package localize
