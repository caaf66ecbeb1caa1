package locate

import (
	"fmt"
	"math"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

// Record is a whole recording at the model's rate. It is resampled before it is
// cut, so that a stretch has clean ends wherever it is cut out.
type Record struct {
	// Rate and Samples are those of the file.
	Rate    float64
	Samples int
	clip    *window.Clip
}

// ReadRecord reads the chosen leads (see ecg.SelectLeads) of the WFDB record at
// path.
func ReadRecord(path, leads string) (*Record, error) {
	rec, err := ecg.ReadRecord(path)
	if err != nil {
		return nil, err
	}
	if rec, err = rec.Select(leads); err != nil {
		return nil, fmt.Errorf("%w (choose leads with --leads)", err)
	}
	clip, err := window.FromRecording(rec)
	if err != nil {
		return nil, fmt.Errorf("%w (choose leads with --leads)", err)
	}
	return &Record{Rate: rec.Rate, Samples: rec.Len(), clip: clip}, nil
}

// Duration is how long the recording lasts.
func (r *Record) Duration() time.Duration {
	return time.Duration(math.Round(float64(r.Samples) / r.Rate * 1e9))
}

// Between cuts out the stretch between two times; a to of 0 means the end.
func (r *Record) Between(from, to time.Duration) (*window.Clip, error) {
	return r.cut(from.Seconds()*r.Rate, to.Seconds()*r.Rate)
}

// cut cuts out the stretch between two samples of the file; an end of 0 means
// the record's end. The ends are those of the model's rate nearest to them.
func (r *Record) cut(start, end float64) (*window.Clip, error) {
	if end == 0 {
		end = float64(r.Samples)
	}
	from := int(math.Round(start * window.Rate / r.Rate))
	to := int(math.Round(end * window.Rate / r.Rate))
	if length := r.clip.Len(); start >= end || from >= to || to > length+1 {
		return nil, fmt.Errorf("the stretch from %.1f s to %.1f s is not within the recording's %v",
			start/r.Rate, end/r.Rate, r.Duration().Round(time.Millisecond))
	}
	return r.clip.Slice(from, min(to, r.clip.Len())), nil
}

// records reads records and keeps those that were used last.
type records struct {
	leads  string
	budget int // samples at the model's rate that are kept
	used   []string
	kept   map[string]*Record
}

// keptSamples is about 256 MiB of signal.
const keptSamples = 64 << 20

func newRecords(leads string) *records {
	return &records{leads: leads, budget: keptSamples, kept: map[string]*Record{}}
}

func (r *records) get(path string) (*Record, error) {
	record, ok := r.kept[path]
	if !ok {
		var err error
		if record, err = ReadRecord(path, r.leads); err != nil {
			return nil, err
		}
		r.kept[path] = record
		r.budget -= record.clip.Len() * present(record.clip)
	}
	r.touch(path)
	for r.budget < 0 && len(r.used) > 1 {
		oldest := r.kept[r.used[0]]
		r.budget += oldest.clip.Len() * present(oldest.clip)
		delete(r.kept, r.used[0])
		r.used = r.used[1:]
	}
	return record, nil
}

// touch moves a path to the end of those used.
func (r *records) touch(path string) {
	kept := r.used[:0]
	for _, p := range r.used {
		if p != path {
			kept = append(kept, p)
		}
	}
	r.used = append(kept, path)
}

func present(clip *window.Clip) int {
	n := 0
	for _, lead := range clip {
		if lead != nil {
			n++
		}
	}
	return n
}
