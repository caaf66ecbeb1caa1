// Package influx is the event store: it keeps localized events, what clinicians
// decide about them, and the stretches of signal that were analysed in InfluxDB,
// and reads events back in time order. It works with InfluxDB 1.8 (Flux enabled)
// and 2.x through the 2.x write and query API. Only what the console asks for all
// the time, sums and many short stretches, is asked of 1.8 in its own language,
// InfluxQL, in which it answers many times faster than in Flux.
//
// It is not a metrics exporter, not a buffer and not a message log: a write
// returns when the server has stored the points, or with an error.
//
// # Measurement event
//
// One point for each event; an event that grows overwrites its own point.
//
//	name        kind   type    unit, meaning
//	patient     tag
//	device      tag
//	kind        tag            code of the condition: V, A, L, R, …; NOTE for a
//	                           free-text answer
//	id          field  string  identity of the event, 32 hexadecimal digits
//	recording   field  string  the device's recording that holds the event
//	end         field  int     nanoseconds since the Unix epoch
//	confidence  field  float   0 to 1
//	beats       field  int     beats of the kind inside the event
//	question    field  string  what the model was asked
//	answer      field  string  what it answered
//	model       field  string  name and version of the model
//	window      field  string  window of the newest version of the event
//	open        field  bool    the next window may make the event longer
//	st_evidence field  string  of ST kinds: model, signal or both (certain)
//	st_peak_uv  field  int     largest measured ST deviation in µV, negative for
//	                           depression; without meaning where st_lead is ""
//	st_lead     field  string  the lead that shows it
//	st_peak_time field int     when, nanoseconds since the Unix epoch; 0: not known
//
// The point's time is the event's start in milliseconds plus an offset below
// one millisecond: the SHA-256 of the id modulo 1,000,000, in nanoseconds. Equal
// tags and time mean "the same point" to InfluxDB, which overwrites without a
// word; with the offset, the same event always has the same point, and two
// events of one patient, device and kind that start in the same millisecond
// (the same signal sent as two recordings) have two, but for one pair in a
// million. The start of an event is its point's time cut to milliseconds.
//
// Every version of an event writes every field, empty ones too, so nothing of
// an older version stays behind. An empty string is stored as "∅", here and below:
// queries of InfluxDB 2.x lose empty ones and mix up the others.
//
// # Measurement beat
//
// One point for each beat of an event, beside the event and never changed.
//
//	name        kind   type    unit, meaning
//	patient     tag
//	device      tag
//	kind        tag            that of the event: V, A, L, R, …
//	event       field  string  identity of the event
//	recording   field  string
//	previous    field  int     the beat before it, of whatever kind, nanoseconds
//	                           since the Unix epoch; 0: not known
//	between     field  int     other beats since the one of its kind before it;
//	                           -1: not known
//
// Points of older versions have neither of the last two. The point's time is the
// beat's in milliseconds plus the offset of the event's
// id, as above.
//
// # Measurement window
//
// One point for each analysed window: what the answer "no event" rests on. The
// own parts of the windows of a recording do not overlap, so the sum of
// seconds is the analysed time and the sum of beats the beats in it.
//
//	name        kind   type    unit, meaning
//	patient     tag
//	device      tag
//	id          field  string  recording/segment/index
//	recording   field  string
//	segment     field  int     ordinal of the contiguous stretch in the recording
//	index       field  int     ordinal of the window in the segment
//	end         field  int     end of the own part, nanoseconds since the epoch
//	seconds     field  float   length of the own part
//	beats       field  int     QRS complexes detected in the own part
//	quality     field  float   how well the signal shows its beats, 0 to 1; points
//	                           of older versions have none
//	questions   field  int     questions asked of the window
//	asked       field  string  codes of the conditions asked for, "V,A,L,R"
//	leads       field  string  leads with signal, "II,V1"
//	model       field  string
//
// The point's time is the start of the own part in milliseconds plus the offset
// of the id, as above.
//
// # Measurement review
//
// One point for each decision of a clinician about an event. The newest of an
// event counts; none is ever changed.
//
//	name         kind   type    unit, meaning
//	patient      tag
//	event        field  string  identity of the event
//	event_start  field  int     its start, nanoseconds since the Unix epoch
//	event_end    field  int     its end as it was then
//	event_beats  field  int     its beats as they were then
//	was          field  string  its kind
//	verdict      field  string  confirmed, rejected or relabelled
//	kind         field  string  what it is instead, when relabelled; else ""
//	by           field  string  who decided
//	note         field  string
//
// The point's time is that of the decision in milliseconds plus the offset of
// the event's id, as above.
package influx
