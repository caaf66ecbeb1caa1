// Package window turns the chunks of a device into windows for a model: any
// sampling rate becomes 100 Hz, late, doubled, overlapping and missing chunks
// are put right, and contiguous signal is cut into overlapping windows whose
// cores partition it.
//
// It is pure: no clock, no I/O, no logging, and the same signal gives the same
// bits however it was cut into chunks and wherever a run was stopped and
// resumed. It detects no beats and asks no model.
//
// # Units
//
// Amplitudes are millivolts, positions are samples at 100 Hz from the first of
// a segment. A segment is contiguous signal of one rate and lead set. Wall
// times come from the device's time stamps: Window.TimeAt.
//
// # Resampling
//
// The filter is that of scipy.signal.resample_poly (Kaiser window of 5.0, ten
// periods of the slower rate to either side), with the gain of every phase
// made 1 so that an electrode's offset stays flat, and with the signal held at
// its ends instead of falling to zero. Measured against scipy 1.17 (padtype
// "edge") on signals of ±2.5 mV at 14 rates from 50 to 1000 Hz: within 1e-7 mV
// of the same filter with unit gain (8e-7 mV where max(up, down) > 512 and
// phases are interpolated, so that no rate needs more than 90 kB of filter),
// within 1e-3 mV of scipy as it is (1.5e-4 mV for the rates of 128 Hz and more).
// A rate is taken as a fraction within 1e-9 of it: under 0.1 ms in 24 h.
//
// # Order, gaps, time
//
// Chunks are taken by sequence number. One that is missing is waited for until
// Config.Reorder of later signal is there. What lies between two chunks is
// told by their time stamps: within Config.Jitter they follow each other, an
// overlap is skipped, a gap up to Config.MaxGap is bridged by a straight line,
// and a longer one ends the segment. A segment of less than half a second is
// dropped: no window holds it. Samples that all leads miss are such a gap; a single lead that fails for longer is held at its value, and is
// missing from windows in which it delivered less than a second.
//
// A device's sampling clock may be off against its time stamps. The time of a
// position follows the stamps in steps of at most 5 ms for each chunk: at
// ±200 ppm over 24 h it was at most 8 ms off with chunks of 10 s, and 19 ms
// with stamps that jitter by ±20 ms.
package window
