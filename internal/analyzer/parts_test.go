package analyzer

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestStreamClockCountsRecordsAndWaits(t *testing.T) {
	wall := time.Unix(1000, 0)
	c := streamClock{now: func() time.Time { return wall }}
	c.wait()
	require.Equal(t, wall, c.time(), "before any record it is the wall clock")

	old := time.Unix(500, 0)
	c = streamClock{now: c.now}
	c.read(old)
	wall = wall.Add(time.Hour) // the analyzer is busy: no time passes on the stream
	require.Equal(t, old, c.time())
	c.read(old.Add(2 * time.Second))
	require.Equal(t, old.Add(2*time.Second), c.time())
	c.wait()
	wall = wall.Add(30 * time.Second)
	c.wait()
	require.Equal(t, old.Add(32*time.Second), c.time(), "waiting for records, time passes")
	c.read(old.Add(3 * time.Second))
	require.Equal(t, old.Add(32*time.Second), c.time(), "it never goes back")
}

// TestOffsetsKeepWhatARestartNeeds compares with the definition.
func TestOffsetsKeepWhatARestartNeeds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sequences := rapid.SliceOfN(rapid.Uint64Range(0, 30), 0, 40).Draw(r, "sequences")
		o := newOffsets()
		for i, s := range sequences {
			o.add(s, int64(100+i))
		}
		needed := rapid.Uint64Range(0, 31).Draw(r, "needed")
		ok := rapid.Bool().Draw(r, "ok")
		want := nothing
		for i, s := range sequences {
			if ok && s >= needed {
				want = min(want, int64(100+i))
			}
		}
		o.keep(needed, ok)
		require.Equal(r, want, o.lowest)
	})
}

type devices map[string][]string

func (d devices) Lookup(device string) (registry.Device, error) {
	questions, ok := d[device]
	if !ok {
		return registry.Device{}, registry.ErrUnknownDevice
	}
	return registry.Device{Name: device, Questions: questions}, nil
}

func TestStandingQuestions(t *testing.T) {
	defaults, err := parseQuestions([]string{"V", " A "})
	require.NoError(t, err)
	s := standing{
		registry: devices{"own": {"Can you locate the atrial premature beat on this ECG?", "What is the rhythm?"}, "none": nil, "wrong": {"X9"}, "more": {"AFIB", "V"}},
		defaults: defaults, codes: []string{"V", "A"}, log: zerolog.Nop(), parsed: map[string][]question{},
	}
	require.Equal(t, "Where is the Premature ventricular contraction located in this ECG?", defaults[0].text)
	require.Equal(t, defaults, s.of("unknown"))
	require.Equal(t, defaults, s.of("none"))
	require.Equal(t, defaults, s.of("wrong"))
	own := s.of("own")
	require.Equal(t, "A", own[0].condition.Code)
	require.Equal(t, "Can you locate the atrial premature beat on this ECG?", own[0].text, "the wording is kept")
	require.False(t, own[1].localizes)
	require.Equal(t, defaults[:1], s.of("more"), "the model does not locate AFIB")
	_, err = parseQuestions([]string{"V", "PVC"})
	require.ErrorContains(t, err, `"PVC" is neither a condition's code`)
}

func TestEventsSurviveTheMessage(t *testing.T) {
	at := time.UnixMilli(1700000000123).UTC()
	e := localize.Event{
		ID: "id", Kind: "V", Patient: "p", Device: "d", Recording: "r", Model: "m 1", Start: at, End: at.Add(time.Second),
		Confidence: .5, Beats: 2, NewBeats: []time.Time{at.Add(1), at.Add(2)}, Before: []time.Time{{}, at.Add(1)}, Question: "q", Answer: "a", Window: "w", Open: true,
	}
	require.Equal(t, e, fromMessage(toMessage(e)))
}

func TestParseRefuses(t *testing.T) {
	good := &holterv1.SampleChunk{Device: "d", Recording: "r"}
	encode := func(m proto.Message) []byte { b, err := proto.Marshal(m); require.NoError(t, err); return b }
	for name, c := range map[string]struct {
		message kafka.Message
		reason  holterv1.Reason
	}{
		"not protobuf": {kafka.SampleMessage("p", "d", []byte{0xff}), holterv1.Reason_REASON_MALFORMED},
		"no patient":   {kafka.SampleMessage("", "d", encode(good)), holterv1.Reason_REASON_INVALID},
		"no recording": {kafka.SampleMessage("p", "d", encode(&holterv1.SampleChunk{Device: "d"})), holterv1.Reason_REASON_INVALID},
	} {
		_, _, refused := parse(c.message)
		require.NotNil(t, refused, name)
		require.Equal(t, c.reason, refused.reason, name)
	}
	k, _, refused := parse(kafka.SampleMessage("p", "header", encode(&holterv1.SampleChunk{Recording: "r"})))
	require.Nil(t, refused)
	require.Equal(t, key{"p", "header", "r"}, k, "the header names the device when the chunk does not")
}

func FuzzParse(f *testing.F) {
	chunk, err := proto.Marshal(&holterv1.SampleChunk{
		Device: "d", Recording: "r", Sequence: 3, StartTimeNs: 1, SamplingRateHz: 100,
		Leads: []*holterv1.LeadSamples{{Name: "II", Gain: 200, Samples: []int32{1, 2, 3}}, {Name: "V1"}},
	})
	require.NoError(f, err)
	f.Add("p", chunk)
	f.Add("", []byte{0xff})
	f.Fuzz(func(t *testing.T, patient string, value []byte) {
		k, c, refused := parse(kafka.SampleMessage(patient, "d", value))
		if refused != nil {
			require.Error(t, refused.err)
			return
		}
		require.NotEmpty(t, k.recording)
		require.Len(t, c.Samples, len(c.Leads))
		r := newRecording(k, window.Config{}, "m")
		_, _ = r.push(c, 0) // whatever was sent, it is taken or refused
		chunkEnd(c)
	})
}

type slowSource struct{ messages chan kafka.Message }

func (s slowSource) Read(ctx context.Context) (kafka.Message, error) {
	select {
	case m := <-s.messages:
		return m, nil
	case <-ctx.Done():
		return kafka.Message{}, ctx.Err()
	}
}
func (slowSource) Commit(int64) error { return nil }

func TestInboxIsBounded(t *testing.T) {
	s := slowSource{make(chan kafka.Message)}
	ctx, cancel := context.WithCancel(t.Context())
	in := newInbox()
	done := make(chan error, 1)
	go func() { done <- in.fill(ctx, s) }()
	big := kafka.Message{Value: make([]byte, inboxBytes/2)}
	s.messages <- big
	s.messages <- big
	require.Eventually(t, in.full, within, time.Millisecond)
	select {
	case s.messages <- big:
		t.Fatal("a full inbox reads on")
	default:
	}
	taken := 0
	take := func() { // what is signalled may have been taken before
		<-in.filled
		taken += len(in.take())
	}
	take()
	require.Equal(t, 2, taken)
	s.messages <- big // reading goes on
	for taken < 3 {
		take()
	}
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

func TestHealth(t *testing.T) {
	h := newHealth()
	require.False(t, h.ready())
	h.assigned([]int{1})
	require.False(t, h.ready(), "nothing is known of the partition yet")
	h.recovered(1)
	require.True(t, h.ready())
	h.assigned(nil)
	require.True(t, h.ready(), "other members have all the partitions")
	h.recovering(1)
	h.working(1)
	require.False(t, h.ready(), "progress is still being read")
	h.recovered(1)
	h.failing(2, "ask the model")
	require.False(t, h.ready())
	h.released(2)
	require.True(t, h.ready())
}

func TestCheckNamesEveryProblem(t *testing.T) {
	cfg := config.Default()
	cfg.Analyzer.Questions = []string{"PVC"}
	cfg.Devices.File = filepath.Join(t.TempDir(), "none.yaml")
	cfg.Model.Dir = t.TempDir()
	err := Check(cfg)
	require.ErrorContains(t, err, "analyzer.questions")
	require.ErrorContains(t, err, "none.yaml")
	require.ErrorContains(t, err, "model.dir")
}
