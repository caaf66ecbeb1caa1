package questions

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	patient = "p1"
	// enough is how long a test waits for what must happen.
	enough = time.Minute
)

// began is when the test recordings begin.
var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a broker, an archive's folder and what an analyzer holds.
type world struct {
	cfg    config.Config
	client *kafka.Client
	held   *Held
	from   int64 // the first record that held was told of
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	cfg := config.Default()
	cfg.Kafka.Brokers, cfg.Kafka.Partitions = cluster.ListenAddrs(), 2
	cfg.Archive.Folder, cfg.Archive.Retention = filepath.Join(t.TempDir(), "archive"), 0
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.EnsureTopics(t.Context()))
	return &world{cfg: cfg, client: client, held: NewHeld()}
}

func (w *world) partition() int { return kafka.PartitionFor(patient, w.cfg.Kafka.Partitions) }

// serve runs an analyzer's answerer until the returned function is called.
func (w *world) serve(t *testing.T, m Model) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	a := NewAnswerer(Options{
		Model: m, Client: w.client, Archive: w.cfg.Archive.Folder, MaxGap: w.cfg.Window.MaxGap,
		Log: zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel),
	})
	served, ran := make(chan struct{}), make(chan struct{})
	go func() { defer close(served); a.Serve(ctx, w.partition(), w.held, w.from) }()
	go func() { defer close(ran); a.Run(ctx) }()
	stop = func() { cancel(); <-served; <-ran }
	t.Cleanup(stop)
	return stop
}

func (w *world) ask(t *testing.T, q Question, wrote func(string)) (Answer, error) {
	t.Helper()
	return NewAsker(w.client, w.cfg.Kafka.Partitions).Ask(t.Context(), q, enough, wrote)
}

// record writes a recording as a device sends it, and lets the analyzer hold it. It
// returns the records.
func (w *world) record(t *testing.T, device string, rec *ecg.Recording, chunk int, lost ...int) []kafka.Message {
	t.Helper()
	const gain = 1000
	partition := w.partition()
	offset, err := w.client.End(t.Context(), kafka.TopicSamples, partition)
	require.NoError(t, err)
	var records []kafka.Message
	for from, n := 0, 0; from < rec.Len(); from, n = from+chunk, n+1 {
		to := min(from+chunk, rec.Len())
		start := rec.Start.Add(time.Duration(float64(from) / rec.Rate * float64(time.Second)))
		c := &holterv1.SampleChunk{
			Device: device, Recording: device + "-1", Sequence: uint64(n), StartTimeNs: start.UnixNano(), SamplingRateHz: rec.Rate,
		}
		for _, lead := range rec.Leads {
			samples := make([]int32, to-from)
			for i := range samples {
				samples[i] = int32(lead.Samples[from+i] * gain)
			}
			c.Leads = append(c.Leads, &holterv1.LeadSamples{Name: lead.Name, Gain: gain, Samples: samples})
		}
		if slices.Contains(lost, n) {
			continue
		}
		value, err := proto.Marshal(c)
		require.NoError(t, err)
		end := start.Add(time.Duration(float64(to-from) / rec.Rate * float64(time.Second)))
		w.held.Add(patient, device, start, end, offset+int64(len(records)))
		records = append(records, kafka.SampleMessage(patient, device, value))
	}
	require.NoError(t, w.client.NewWriter().WriteTo(t.Context(), kafka.TopicSamples, partition, records...))
	return records
}

// simulated is a recording with ventricular beats.
func simulated(t *testing.T, length time.Duration) *ecg.Recording {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Duration, cfg.PVCsPerHour, cfg.Start = length, 300, began
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	return rec
}

func between(from, to time.Duration) Strip { return Strip{From: began.Add(from), To: began.Add(to)} }

func question(text string, strips ...Strip) Question {
	return Question{Patient: patient, By: "somebody", Strips: strips, Turns: []Turn{{Question: text}}}
}

// shipped is the model of the repository; the test is skipped where it or the
// runtime is missing.
func shipped(t *testing.T) *model.Model {
	t.Helper()
	const dir = "../../models/default"
	if _, err := os.Stat(filepath.Join(dir, model.ManifestFile)); err != nil {
		t.Skipf("NOT TESTED: there is no model: %v", err)
	}
	m, err := model.Open(dir, model.Options{})
	if errors.Is(err, model.ErrNoLibrary) {
		t.Skipf("NOT TESTED: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// fake is a model that says its words one by one.
type fake struct {
	words string
	// hold, if set, is received from before an answer.
	hold chan struct{}
	seen func(model.Request)
	err  error
}

func (f *fake) Info() model.Info {
	return model.Info{Name: "fake", Version: "2", Conditions: localize.Conditions[:2]}
}

func (f *fake) Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error) {
	r := requests[0]
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if f.seen != nil {
		f.seen(r)
	}
	if f.err != nil {
		return nil, f.err
	}
	text := ""
	for word := range strings.FieldsSeq(f.words) {
		text = strings.TrimSpace(text + " " + word)
		if r.Wrote != nil {
			r.Wrote(text)
		}
	}
	condition, located := localize.ParseQuestion(r.Turns[len(r.Turns)-1].Question)
	return []model.Answer{{Text: text, Confidence: .7, Localized: located, Condition: condition}}, nil
}

func reason(t *testing.T, err error) Reason {
	t.Helper()
	var p *Error
	require.ErrorAs(t, err, &p)
	require.NotEmpty(t, p.Remedy)
	return p.Reason
}
