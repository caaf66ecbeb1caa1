package localize

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Event is one localized episode of one condition: a single abnormal beat, a
// run of them, a stretch of a rhythm. While it goes on it is given again as it
// grows: the same ID and Start, a later End, more beats.
type Event struct {
	// ID is the same for the same patient, device, recording, kind and start.
	ID string
	// Kind is the code of the condition.
	Kind                              string
	Patient, Device, Recording, Model string
	// Start and End are whole milliseconds, UTC. Start never changes.
	Start, End time.Time
	// Confidence is the mean over the beats (Beat conditions) or the time.
	Confidence float64
	// Beats counts the beats of the kind so far; 0 for rhythm and ST kinds.
	Beats int
	// NewBeats are the times of the beats that were not in the event before.
	NewBeats []time.Time
	// Before are the times of the beats before each of NewBeats, of whatever
	// kind: two beats are in a row when no other lies between them. The zero
	// time stands where it is not known. A beat that another window has found
	// may be up to 150 ms off.
	Before []time.Time
	// Between are the numbers of other beats between the previous beat of the
	// kind, also one of an earlier event, and each of NewBeats; -1 where that is
	// not known.
	Between []int
	// Question, Answer and Window (its identity) are those of the newest
	// window that contributed.
	Question, Answer, Window string
	// Quality is how well that window's signal shows its beats, see Seen.
	Quality float64
	// Open says that the next window may make the event longer.
	Open bool

	// Evidence says what an event of an ST kind rests on. STPeak is the largest
	// deviation of the ST segment that was measured in it, in whole µV, negative
	// for depression, STLead the lead, and STPeakAt when; none where nothing could
	// be measured. Events of older versions do not know when.
	Evidence Evidence
	STPeak   int
	STLead   string
	STPeakAt time.Time
}

// eventID hashes what makes an event that event: the first 128 bits of
// SHA-256 over the strings, each preceded by its length, and the start in
// milliseconds since the Unix epoch; in hexadecimal.
func eventID(patient, device, recording, kind string, start time.Time) string {
	var text []byte
	for _, s := range []string{patient, device, recording, kind} {
		text = binary.BigEndian.AppendUint32(text, uint32(len(s)))
		text = append(text, s...)
	}
	text = binary.BigEndian.AppendUint64(text, uint64(start.UnixMilli()))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
