package busy

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	atOnce     = 1000 // events in a write
	own        = 6 * time.Second
	rejections = 300
)

// Store writes the events, a window every six seconds, and some reviews.
func (d Day) Store(ctx context.Context, store *influx.Store) error {
	for some := range slices.Chunk(d.Events, atOnce) {
		if err := store.WriteEvents(ctx, some); err != nil {
			return fmt.Errorf("store a busy day: %w", err)
		}
	}
	var windows []influx.Window
	for at := d.Begin; at.Before(d.End); at = at.Add(own) {
		into := at.Sub(d.Begin) % round
		n := 0
		for _, b := range d.beats {
			if t := time.Duration(float64(b.Sample) / rate * float64(time.Second)); t >= into && t < into+own {
				n++
			}
		}
		windows = append(windows, influx.Window{Patient: Patient, Device: Device, Recording: recording, Index: len(windows), From: at, To: at.Add(own), Beats: n, Quality: 1})
	}
	if err := store.WriteWindows(ctx, windows); err != nil {
		return fmt.Errorf("store a busy day: %w", err)
	}
	for i := range min(rejections, len(d.Events)/rejections) {
		r := influx.NewReview(d.Events[len(d.Events)-1-rejections*i], "ann", d.End)
		r.Verdict = influx.VerdictRejected
		if err := store.WriteReview(ctx, r); err != nil {
			return fmt.Errorf("store a busy day: %w", err)
		}
	}
	return nil
}

// Keep puts the signal into the archive in a folder.
func (d Day) Keep(folder string) error {
	const length = time.Minute // the longest that the archive takes
	var records []kafka.Message
	for at := d.Begin; at.Before(d.End); at = at.Add(length) {
		m, err := d.Chunk(at, length)
		if err != nil {
			return err
		}
		records = append(records, m)
	}
	return archive.Put(folder, records...)
}

// Chunk is the signal of a time, which may be after the end, as a record of
// ecg.samples.
func (d Day) Chunk(at time.Time, length time.Duration) (kafka.Message, error) {
	c := &holterv1.SampleChunk{Device: Device, Recording: recording, Sequence: uint64(at.UnixMilli()), StartTimeNs: at.UnixNano(), SamplingRateHz: rate}
	n := int(length.Seconds() * rate)
	first := int((at.Sub(d.Begin) % round).Seconds() * rate)
	for _, lead := range d.tape.Leads {
		row := make([]int32, n)
		for i := range row {
			row[i] = int32(math.Round(float64(lead.Samples[(first+i)%len(lead.Samples)]) * 200))
		}
		c.Leads = append(c.Leads, &holterv1.LeadSamples{Name: lead.Name, Gain: 200, Samples: row})
	}
	value, err := proto.Marshal(c)
	if err != nil {
		return kafka.Message{}, fmt.Errorf("make signal: %w", err)
	}
	return kafka.SampleMessage(Patient, Device, value), nil
}
