package archive

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// origin says whose signal it is.
type origin struct{ patient, device, recording string }

// shape is what all chunks of a segment have in common.
type shape struct {
	rate  float64
	leads []string
	gain  []float64 // ADC units per mV
}

func (s shape) equal(o shape) bool {
	return s.rate == o.rate && slices.Equal(s.leads, o.leads) && slices.Equal(s.gain, o.gain)
}

// lasting is the time of n samples.
func (s shape) lasting(n int) time.Duration {
	return time.Duration(math.Round(float64(n) * 1e9 / s.rate))
}

// chunk is a stretch of signal as it came.
type chunk struct {
	origin
	shape
	sequence uint64
	start    time.Time
	adc      [][]int32
}

func (c *chunk) len() int       { return len(c.adc[0]) }
func (c *chunk) end() time.Time { return c.start.Add(c.lasting(c.len())) }

// format is the WFDB format that holds all values of the chunk.
func (c *chunk) format() int {
	for _, row := range c.adc {
		for _, v := range row {
			if v != ecg.InvalidSample && (v < -math.MaxInt16 || v > math.MaxInt16) {
				return wide
			}
		}
	}
	return narrow
}

// WFDB formats.
const (
	narrow = 16
	wide   = 32
)

// valid counts the samples that some lead has a value for.
func (c *chunk) valid() int {
	n := 0
	for i := range c.len() {
		if slices.ContainsFunc(c.adc, func(row []int32) bool { return row[i] != ecg.InvalidSample }) {
			n++
		}
	}
	return n
}

// longest is how long a chunk may be.
const longest = time.Minute

// parse reads a record of ecg.samples; nil when it holds no samples. What it
// refuses, the analyzer writes to ecg.deadletter.
func parse(m kafka.Message) (*chunk, error) {
	var sent holterv1.SampleChunk
	if err := proto.Unmarshal(m.Value, &sent); err != nil {
		return nil, fmt.Errorf("not a SampleChunk message: %w", err)
	}
	c := &chunk{
		origin:   origin{string(m.Key), sent.GetDevice(), sent.GetRecording()},
		shape:    shape{rate: sent.GetSamplingRateHz()},
		sequence: sent.GetSequence(),
		start:    time.Unix(0, sent.GetStartTimeNs()).UTC(),
	}
	if c.device == "" {
		c.device = kafka.HeaderValue(m, kafka.HeaderDevice)
	}
	for _, lead := range sent.GetLeads() {
		c.leads = append(c.leads, strings.Join(strings.Fields(lead.GetName()), " "))
		c.gain = append(c.gain, lead.GetGain())
		c.adc = append(c.adc, lead.GetSamples())
	}
	if len(c.adc) == 0 || len(c.adc[0]) == 0 {
		return nil, nil
	}
	return c, c.check()
}

func (c *chunk) check() error {
	if err := errors.Join(registry.CheckName(c.patient), registry.CheckName(c.device)); err != nil {
		return fmt.Errorf("patient %q, device %q: %w", c.patient, c.device, err)
	}
	if c.recording == "" {
		return errors.New("the recording has no name")
	}
	if !(c.rate > 0) || math.IsInf(c.rate, 0) || c.lasting(c.len()) > longest {
		return fmt.Errorf("%d samples at %g Hz: a chunk lasts up to %s", c.len(), c.rate, longest)
	}
	if year := c.start.Year(); year < 1970 || year > 2200 {
		return fmt.Errorf("its time stamp lies in the year %d", year)
	}
	for i, row := range c.adc {
		switch {
		case len(row) != c.len():
			return fmt.Errorf("lead %q has %d samples, lead %q %d", c.leads[i], len(row), c.leads[0], c.len())
		case !(c.gain[i] > 0) || math.IsInf(c.gain[i], 0):
			return fmt.Errorf("lead %q has a gain of %g ADC units per mV", c.leads[i], c.gain[i])
		case c.leads[i] == "":
			return fmt.Errorf("lead %d has no name", i)
		}
	}
	return nil
}
