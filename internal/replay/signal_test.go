package replay

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

func TestChunksHoldTheSignalExactlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(MinRate, MaxRate).Draw(t, "rate")
		n := rapid.IntRange(1, 5000).Draw(t, "samples")
		adc := make([]int32, n)
		for i := range adc {
			adc[i] = int32(i)
		}
		s := &Session{Start: time.Unix(0, 0), Signal: &Signal{Rate: rate, Leads: []string{"II"}, Gain: []float64{200}, ADC: [][]int32{adc}}}
		next := int32(0)
		for i := range s.Chunks() {
			chunk := s.Chunk(i)
			if int(chunk.Sequence) != i || chunk.EndOfRecording != (i == s.Chunks()-1) {
				t.Fatalf("chunk %d says it is %d, end %v", i, chunk.Sequence, chunk.EndOfRecording)
			}
			if want := int64(math.Round(float64(next) / rate * 1e9)); chunk.StartTimeNs != want {
				t.Fatalf("chunk %d starts at %d, its first sample is at %d", i, chunk.StartTimeNs, want)
			}
			for _, v := range chunk.Leads[0].Samples {
				if v != next {
					t.Fatalf("chunk %d holds sample %d in place of %d", i, v, next)
				}
				next++
			}
			if due := s.Due(i); due > s.Signal.Duration() || due < time.Duration(i)*time.Second {
				t.Fatalf("chunk %d is due at %v", i, due)
			}
		}
		if int(next) != n {
			t.Fatalf("%d of %d samples are in the chunks", next, n)
		}
	})
}

func TestValidateNamesWhatTheSystemWouldRefuse(t *testing.T) {
	good := func() *Signal {
		return &Signal{Rate: 250, Leads: []string{"II"}, Gain: []float64{200}, ADC: [][]int32{{1, 2, 3}}}
	}
	require.NoError(t, good().Validate())
	for want, spoil := range map[string]func(*Signal){
		"no lead":            func(s *Signal) { s.Leads = nil },
		"49 samples":         func(s *Signal) { s.Rate = 49 },
		"1001 samples":       func(s *Signal) { s.Rate = 1001 },
		"NaN samples":        func(s *Signal) { s.Rate = math.NaN() },
		"holds no samples":   func(s *Signal) { s.ADC[0] = nil },
		"gain of 0":          func(s *Signal) { s.Gain[0] = 0 },
		"13 leads":           func(s *Signal) { s.Leads = make([]string, 13) },
		"1 lead names for 2": func(s *Signal) { s.Gain = append(s.Gain, 1) },
		"lead V1 has 1 sample": func(s *Signal) {
			*s = Signal{Rate: 250, Leads: []string{"II", "V1"}, Gain: []float64{1, 1}, ADC: [][]int32{{1, 2}, {1}}}
		},
	} {
		s := good()
		spoil(s)
		require.ErrorContains(t, s.Validate(), want)
	}
}

func TestRecordingIDIsThatOfTheSameReplayOnly(t *testing.T) {
	cut := Cut{Record: "119", Leads: []string{"MLII", "V1"}, To: time.Minute}
	at := time.Unix(1_700_000_000, 0)
	id := RecordingID("dev", cut, at)
	require.Equal(t, id, RecordingID("dev", cut, at.In(time.FixedZone("", 3600))), "the same instant")
	require.Regexp(t, `^119-[0-9a-f]{16}$`, id)

	others := []string{RecordingID("dev2", cut, at), RecordingID("dev", cut, at.Add(1))}
	for _, change := range []func(*Cut){
		func(c *Cut) { c.Record = "118" },
		func(c *Cut) { c.Leads = []string{"MLII"} },
		func(c *Cut) { c.Leads = []string{"MLII V1"} },
		func(c *Cut) { c.From = time.Second },
		func(c *Cut) { c.To = 2 * time.Minute },
	} {
		other := cut
		change(&other)
		others = append(others, RecordingID("dev", other, at))
	}
	for _, other := range others {
		require.NotEqual(t, id, other)
	}
}

func TestDeviceNameFitsATopic(t *testing.T) {
	for record, want := range map[string]string{
		"119": "replay-119", "a/b+c#d": "replay-a-b-c-d", "": "replay-record", "Ünit 1": "replay-nit-1",
	} {
		require.Equal(t, want, DeviceName(record))
	}
}

// testRecord returns the path of a real record, or skips.
func testRecord(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("HOLTER_DATA")
	if dir == "" {
		t.Skip("HOLTER_DATA is not set: this test needs the MIT-BIH recordings")
	}
	return filepath.Join(dir, "mitdb", name)
}

func TestReadSignalOfARealRecord(t *testing.T) {
	path := testRecord(t, "119")
	raw, err := ecg.ReadSignals(path)
	require.NoError(t, err)

	signal, cut, err := ReadSignal(path, "all", 10*time.Second, 20*time.Second)
	require.NoError(t, err)
	require.Equal(t, Cut{Record: "119", Leads: []string{"MLII", "V1"}, From: 10 * time.Second, To: 20 * time.Second}, cut)
	require.Equal(t, []float64{200, 200}, signal.Gain)
	require.Equal(t, 10*time.Second, signal.Duration())
	require.Equal(t, raw.ADC[1][3600]-1024, signal.ADC[1][0])

	second, _, err := ReadSignal(path, "second", 0, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"V1"}, second.Leads)
	require.Equal(t, 650000, second.Len())

	_, _, err = ReadSignal(path, "all", time.Hour, 0)
	require.ErrorContains(t, err, "lasts 30m6s")
}

func TestZeroedKeepsWhatIsMissingAndWhatDoesNotFit(t *testing.T) {
	require.Equal(t, []int32{0, Missing, Missing + 1}, zeroed([]int32{1024, ecg.InvalidSample, math.MinInt32 + 1}, 1024))
	require.Equal(t, []int32{math.MaxInt32}, zeroed([]int32{math.MaxInt32 - 1}, -1024))
}
