// Package ecg holds what every part of Holter needs to know about an
// electrocardiogram: lead names and their twelve slots, recordings in
// millivolts, WFDB files (headers, signals, annotations), a QRS detector, a
// measurement of ST segments, and a simulator with known beats and ST episodes.
//
// It is not a signal processing library: resampling and windowing live in
// pkg/window, questions and answers in pkg/localize. Nothing here but an STMeter
// keeps state between calls; nothing reads the clock or logs; all functions are safe
// for concurrent use on distinct values.
//
// Units: amplitudes are millivolts (float32) unless a name says ADC; rates are
// samples per second and lead; positions are sample indices counted from zero.
// A sample that the electrode did not deliver is NaN in millivolts and
// [InvalidSample] in ADC units.
//
// The file formats are those of the WFDB specification
// (https://github.com/wfdb/wfdb-spec) and of the WFDB Applications Guide's
// header(5), signal(5) and annot(5).
//
// This software is for research and engineering; it is not a medical device.
package ecg
