package questions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// source reads the signal of the patients of one partition.
type source struct {
	partition int
	held      *Held
	records   records
	archive   string // folder
	maxGap    time.Duration
}

// read gives a patient's signal in [from, to), of all devices, and whether the
// archive could be read. Stretches hold no gap longer than maxGap.
func (s source) read(ctx context.Context, patient string, from, to time.Time) (stretches []*stretch, archived bool, err error) {
	pieces, archived, err := s.fromArchive(patient, from, to)
	if err != nil {
		return nil, archived, err
	}
	until := make(map[string]time.Time) // device → end of what is archived
	for _, p := range pieces {
		if p.end.After(until[p.device]) {
			until[p.device] = p.end
		}
	}
	newer, err := s.fromKafka(ctx, patient, from, to, until)
	if err != nil {
		return nil, archived, err
	}
	for _, joined := range join(append(pieces, newer...), s.maxGap) {
		stretches = append(stretches, joined.split(s.maxGap)...)
	}
	return stretches, archived, nil
}

// fromArchive reads what the archive has; nothing and false where there is none.
func (s source) fromArchive(patient string, from, to time.Time) (pieces []*stretch, archived bool, err error) {
	kept, err := archive.Open(s.archive)
	if err != nil {
		return nil, false, nil //nolint:nilerr // the archive is on another machine, perhaps
	}
	found, err := kept.Read(patient, from, to)
	if err != nil {
		return nil, true, fmt.Errorf("read the archive: %w", err)
	}
	for _, f := range found {
		rec, err := f.Millivolts(0, f.Len())
		if errors.Is(err, fs.ErrNotExist) {
			continue // swept meanwhile
		}
		if err != nil {
			return nil, true, fmt.Errorf("read the archive: %w", err)
		}
		rec.Start = f.Start()
		pieces = append(pieces, &stretch{f.Device, f.Recording, rec, f.End()})
	}
	return pieces, true, nil
}

// fromKafka reads the chunks that end after what is archived of their device.
func (s source) fromKafka(ctx context.Context, patient string, from, to time.Time, until map[string]time.Time) ([]*stretch, error) {
	wanted := make(map[int64]bool)
	first, last := int64(math.MaxInt64), int64(-1)
	for _, c := range s.held.between(patient, from, to) {
		if c.end.After(until[c.device].Add(jitter)) {
			wanted[c.offset] = true
			first, last = min(first, c.offset), max(last, c.offset)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	var pieces []*stretch
	for m, err := range s.records.Records(ctx, kafka.TopicSamples, s.partition, first) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", kafka.TopicSamples, err)
		}
		if wanted[m.Offset] {
			if p := pieceOf(m); p != nil {
				pieces = append(pieces, p)
			}
		}
		if m.Offset >= last {
			break
		}
	}
	return pieces, nil
}

// pieceOf is a chunk's signal; nil when it has none. The analyzer has taken the
// chunk, so it is in order.
func pieceOf(m kafka.Message) *stretch {
	var c holterv1.SampleChunk
	if proto.Unmarshal(m.Value, &c) != nil || len(c.GetLeads()) == 0 || len(c.GetLeads()[0].GetSamples()) == 0 {
		return nil
	}
	rec := &ecg.Recording{Rate: c.GetSamplingRateHz(), Start: instantOf(c.GetStartTimeNs())}
	for _, lead := range c.GetLeads() {
		samples := make([]float32, len(lead.GetSamples()))
		for i, adc := range lead.GetSamples() {
			samples[i] = float32(float64(adc) / lead.GetGain())
			if adc == window.MissingSample {
				samples[i] = float32(math.NaN())
			}
		}
		rec.Leads = append(rec.Leads, ecg.Lead{Name: lead.GetName(), Samples: samples})
	}
	device := c.GetDevice()
	if device == "" {
		device = kafka.HeaderValue(m, kafka.HeaderDevice)
	}
	return &stretch{device, c.GetRecording(), rec, rec.Start.Add(rec.Duration())}
}
