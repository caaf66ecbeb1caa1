package analyzer

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// key names a recording.
type key struct{ patient, device, recording string }

func (k key) String() string {
	return string(kafka.ProgressKey(k.patient, k.device, k.recording))
}

// refusal is why a record of ecg.samples is put aside.
type refusal struct {
	reason holterv1.Reason
	err    error
}

// parse reads a record of ecg.samples.
func parse(m kafka.Message) (key, window.Chunk, *refusal) {
	k := key{patient: string(m.Key), device: kafka.HeaderValue(m, kafka.HeaderDevice)}
	var sent holterv1.SampleChunk
	if err := proto.Unmarshal(m.Value, &sent); err != nil {
		return k, window.Chunk{}, &refusal{holterv1.Reason_REASON_MALFORMED, fmt.Errorf("not a SampleChunk message: %w", err)}
	}
	if sent.GetDevice() != "" {
		k.device = sent.GetDevice()
	}
	k.recording = sent.GetRecording()
	if k.patient == "" || k.device == "" || k.recording == "" {
		return k, window.Chunk{}, &refusal{
			holterv1.Reason_REASON_INVALID,
			errors.New("patient (the record's key), device and recording must be given"),
		}
	}
	chunk := window.Chunk{
		Sequence: sent.GetSequence(),
		Start:    time.Unix(0, sent.GetStartTimeNs()).UTC(),
		Rate:     sent.GetSamplingRateHz(),
		End:      sent.GetEndOfRecording(),
	}
	for _, lead := range sent.GetLeads() {
		chunk.Leads = append(chunk.Leads, lead.GetName())
		chunk.Gain = append(chunk.Gain, lead.GetGain())
		chunk.Samples = append(chunk.Samples, lead.GetSamples())
	}
	return k, chunk, nil
}

// chunkEnd is the time after the chunk's last sample.
func chunkEnd(c window.Chunk) time.Time {
	if len(c.Samples) == 0 || c.Rate <= 0 {
		return c.Start
	}
	return c.Start.Add(time.Duration(float64(len(c.Samples[0])) / c.Rate * float64(time.Second)))
}
