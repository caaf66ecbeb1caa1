// Package exchange writes archived signal and its events in the formats of other
// software: WFDB and EDF+.
//
// Each device's signal becomes a track as long as its leads, rate and gains stay
// the same; where they change, or two recordings overlap in time, another track
// begins. A track is one record: gaps are kept. Within a stretch without a gap
// samples follow each other as they were measured; after a gap they stand where
// their time stamp says.
//
// # WFDB
//
// A track without a gap, of up to an hour, is a plain record. A longer one is a
// multi-segment record of variable layout: NAME.hea lists the segments NAME_0001,
// …, with ~ for a gap, behind the layout NAME_layout. NAME.hol has the
// annotations, by sample of the whole record: every beat of an event by its symbol,
// with condition and confidence as text; + with "(AFIB" and the like where a rhythm
// begins, "(N" where none is known any more; s with "(ST0-" and "ST0-)" around an
// ST change; and a note (") for each episode, free-text answer and press of the
// symptom button. An event that a clinician has confirmed or relabelled is what they
// say that it is, with who and when in its text; of one that was rejected only a note
// is left, with the same.
//
// # EDF+
//
// A track is one file, EDF+C without gaps and EDF+D with. Digital values are the
// device's own, physical ones µV or mV. EDF knows no missing value: -32768 stands
// where a lead had no contact, and to fill up the record before a gap; an annotation
// "No signal" spans the latter. Annotations have the event's length and text.
package exchange
