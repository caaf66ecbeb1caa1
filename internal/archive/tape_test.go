package archive

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// monday is when the tests' recordings begin.
var monday = time.Date(2026, 2, 2, 9, 59, 50, 123_456_789, time.UTC)

// tape is what a device sends: seconds of signal in two leads, cut into chunks.
type tape struct {
	origin
	shape
	start time.Time
	adc   [][]int32
}

func newTape(device string, seconds int, rate float64) *tape {
	random := rand.New(rand.NewPCG(uint64(seconds), uint64(len(device))))
	t := &tape{
		origin: origin{"anna", device, "rec 1"}, start: monday,
		shape: shape{rate: rate, leads: []string{"MLII", "V1"}, gain: []float64{200, 1000.0 / 3}},
	}
	for range t.leads {
		row := make([]int32, seconds*int(rate))
		for i := range row {
			row[i] = random.Int32N(4000) - 2000
		}
		t.adc = append(t.adc, row)
	}
	return t
}

// chunks cuts the tape; their time stamps are those of a clock that goes right.
func (t *tape) chunks(each time.Duration) []*chunk {
	var out []*chunk
	n := int(each.Seconds() * t.rate)
	for from := 0; from < len(t.adc[0]); from += n {
		c := &chunk{origin: t.origin, shape: t.shape, sequence: uint64(len(out)), start: t.start.Add(t.lasting(from))}
		for _, row := range t.adc {
			c.adc = append(c.adc, row[from:min(from+n, len(row))])
		}
		out = append(out, c)
	}
	return out
}

// record is a chunk as it stands in Kafka.
func (c *chunk) record(t *testing.T) kafka.Message {
	t.Helper()
	sent := &holterv1.SampleChunk{
		Device: c.device, Recording: c.recording, Sequence: c.sequence,
		StartTimeNs: c.start.UnixNano(), SamplingRateHz: c.rate,
	}
	for i, row := range c.adc {
		sent.Leads = append(sent.Leads, &holterv1.LeadSamples{Name: c.leads[i], Gain: c.gain[i], Samples: row})
	}
	value, err := proto.Marshal(sent)
	require.NoError(t, err)
	return kafka.SampleMessage(c.patient, c.device, value)
}

// whole is the period of everything.
func whole(t *testing.T, root, patient string) []*Stretch {
	t.Helper()
	a, err := Open(root)
	require.NoError(t, err)
	all, err := a.Read(patient, dawn, dusk)
	require.NoError(t, err)
	return all
}

// all reads every sample of a stretch.
func all(t *testing.T, s *Stretch) [][]int32 {
	t.Helper()
	adc, err := s.ADC(0, s.Len())
	require.NoError(t, err)
	return adc
}

// holdsTape requires that the archive has the tape, once and without a gap.
func holdsTape(t *testing.T, root string, tp *tape) {
	t.Helper()
	stretches := whole(t, root, tp.patient)
	require.Len(t, stretches, 1)
	s := stretches[0]
	require.Equal(t, tp.adc, all(t, s))
	require.Equal(t, tp.start, s.Start())
	require.Equal(t, tp.shape, shape{s.Rate, s.Leads, s.Gain})
	require.Equal(t, tp.origin, origin{s.Patient, s.Device, s.Recording})
}

// recordsAreWFDB requires that every segment can be read as the record that it
// is, checksums and all.
func recordsAreWFDB(t *testing.T, root, patient, device string) (records []*ecg.RawRecord) {
	t.Helper()
	paths, err := segmentsIn(root+"/"+patient+"/"+device, dawn, dusk)
	require.NoError(t, err)
	for _, path := range paths {
		raw, err := ecg.ReadSignals(path)
		require.NoError(t, err)
		records = append(records, raw)
	}
	return records
}
