package influx

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	measurementEvent  = "event"
	measurementBeat   = "beat"
	measurementWindow = "window"
	measurementReview = "review"
)

// Window is an analysed stretch of signal.
type Window struct {
	Patient, Device, Recording string
	// Segment is the ordinal of the contiguous stretch in the recording, Index
	// that of the window in the segment.
	Segment, Index int
	// From and To bound the window's own part.
	From, To time.Time
	// Beats counts the QRS complexes in the own part.
	Beats int
	// Quality is how well the signal shows its beats, see ecg.Quality.
	Quality float64
	// Questions counts the questions asked of the window.
	Questions int
	// Asked are the codes of the conditions that were asked for, "V,A,L,R"; empty
	// in windows of older versions.
	Asked string `json:",omitempty"`
	// Leads are the leads with signal, "II,V1".
	Leads string
	Model string
}

// ID identifies the window within its device.
func (w Window) ID() string {
	return fmt.Sprintf("%s/%d/%d", w.Recording, w.Segment, w.Index)
}

// pointTime is the identity of a point in time: the millisecond, plus an offset
// below it that belongs to the id.
func pointTime(start time.Time, id string) time.Time {
	sum := sha256.Sum256([]byte(id))
	offset := binary.BigEndian.Uint64(sum[:8]) % uint64(time.Millisecond)
	return startOf(start).Add(time.Duration(offset))
}

// startOf cuts to milliseconds since the Unix epoch. time.Truncate counts from
// the year 1, which comes to the same.
func startOf(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func eventPoint(e localize.Event) point {
	return point{
		name:        "event " + e.ID,
		measurement: measurementEvent,
		tags:        []tag{{"device", e.Device}, {"kind", e.Kind}, {"patient", e.Patient}},
		fields: []field{
			{"id", e.ID},
			{"recording", e.Recording},
			{"end", e.End.UnixNano()},
			{"confidence", e.Confidence},
			{"beats", int64(e.Beats)},
			{"question", e.Question},
			{"answer", e.Answer},
			{"model", e.Model},
			{"window", e.Window},
			{"open", e.Open},
			{"st_evidence", e.Evidence.String()},
			{"st_peak_uv", int64(e.STPeak)},
			{"st_lead", e.STLead},
			{"st_peak_time", holterv1.Nanos(e.STPeakAt)},
		},
		at: pointTime(e.Start, e.ID),
	}
}

func windowPoint(w Window) point {
	return point{
		name:        "window " + w.ID(),
		measurement: measurementWindow,
		tags:        []tag{{"device", w.Device}, {"patient", w.Patient}},
		fields: []field{
			{"id", w.ID()},
			{"recording", w.Recording},
			{"segment", int64(w.Segment)},
			{"index", int64(w.Index)},
			{"end", w.To.UnixNano()},
			{"seconds", w.To.Sub(w.From).Seconds()},
			{"beats", int64(w.Beats)},
			{"quality", w.Quality},
			{"questions", int64(w.Questions)},
			{"asked", w.Asked},
			{"leads", w.Leads},
			{"model", w.Model},
		},
		at: pointTime(w.From, w.ID()),
	}
}
