package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// oracle finds something in the second second of every clip.
type oracle struct{}

func (oracle) Info() model.Info {
	return model.Info{Name: "oracle", Version: "1", Conditions: localize.Conditions[:1]}
}

func (oracle) Ask(_ context.Context, requests []model.Request) ([]model.Answer, error) {
	r := requests[0]
	if c, ok := localize.ParseQuestion(r.Turns[len(r.Turns)-1].Question); ok {
		return []model.Answer{{Localized: true, Condition: c, Confidence: .8, Spans: localize.Spans{{Start: 1, End: 2, Confidence: .8}}}}, nil
	}
	text := "turn " + strconv.Itoa(len(r.Turns))
	r.Wrote(text[:3])
	return []model.Answer{{Text: text, Confidence: .5}}, nil
}

func TestAskFromTheCommandLine(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	t.Setenv("HOLTER_KAFKA_BROKERS", cluster.ListenAddrs()[0])
	t.Setenv("HOLTER_KAFKA_PARTITIONS", "1")
	cfg, err := config.Load("")
	require.NoError(t, err)
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	require.NoError(t, client.EnsureTopics(t.Context()))
	folder, start := filepath.Join(t.TempDir(), "archive"), time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	row := make([]int32, 5000)
	for i := range row {
		row[i] = int32(i % 100)
	}
	value, err := proto.Marshal(&holterv1.SampleChunk{
		Device: "chest-1", Recording: "r", StartTimeNs: start.UnixNano(), SamplingRateHz: 250,
		Leads: []*holterv1.LeadSamples{{Name: "II", Gain: 200, Samples: row}},
	})
	require.NoError(t, err)
	require.NoError(t, archive.Put(folder, kafka.SampleMessage("anna", "chest-1", value)))
	held := questions.NewHeld()
	held.Heard("anna", "chest-1", start.Add(20*time.Second))
	answerer := questions.NewAnswerer(questions.Options{Model: oracle{}, Client: client, Archive: folder, MaxGap: cfg.Window.MaxGap})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { defer close(served); answerer.Serve(ctx, 0, held, 0) }()
	go answerer.Run(ctx)
	t.Cleanup(func() { cancel(); <-served; require.NoError(t, client.Close()) })

	a := newTestApp()
	drawn := filepath.Join(t.TempDir(), "answer.svg")
	require.Equal(t, exitOK, a.run(t, "ask", "--patient", "anna", "--last", "10s", "--picture", drawn, "--archive", folder, "V"), a.err.String())
	require.Equal(t, `Duration: 1.0s-2.0s
  2026-01-31T08:30:11.000Z to 2026-01-31T08:30:12.000Z  V  0.80
Confidence 0.80, oracle 1
ECG 1: chest-1, II, 2026-01-31T08:30:10.000Z to 2026-01-31T08:30:20.000Z
`, a.out.String())
	picture, err := os.ReadFile(drawn)
	require.NoError(t, err)
	require.Contains(t, string(picture), "<svg")

	a = newTestApp() // ten seconds have not come yet
	require.Equal(t, exitOK, a.run(t, "ask", "--patient", "anna", "--strip", "2026-01-31T08:30:15Z/15s", "V"), a.err.String())
	require.Contains(t, a.out.String(), "Left out of ECG 1: 2026-01-31T08:30:20.000Z to 2026-01-31T08:30:30.000Z, which the model was not shown\n")

	a = newTestApp() // strips come in order of time, whatever the order they are given in
	require.Equal(t, exitOK, a.run(t, "ask", "--patient", "anna", "--strip", "2026-01-31T08:30:10Z/5s", "--strip", "2026-01-31T08:30:00Z/2026-01-31T08:30:05Z",
		"--json", "V"), a.err.String())
	var line questions.Line
	require.NoError(t, json.Unmarshal(a.out.Bytes(), &line))
	require.Equal(t, "First ECG: Duration: 1.0s-2.0s\nSecond ECG: Duration: 1.0s-2.0s", line.Answer)
	require.Equal(t, "2026-01-31T08:30:01.000Z", line.Spans[0].From)
	require.Equal(t, "2026-01-31T08:30:11.000Z", line.Spans[1].From)

	a = newTestApp()
	root := a.Root()
	root.SetIn(strings.NewReader("And then?\n\nAnd then?\n"))
	root.SetArgs([]string{"ask", "--patient", "anna", "--last", "10s", "How is it?", "-"})
	require.NoError(t, root.ExecuteContext(t.Context()))
	for _, want := range []string{"> How is it?\nturn 1\n", "> And then?\nturn 2\n", "> And then?\nturn 3\n"} {
		require.Contains(t, a.out.String(), want)
	}

	a = newTestApp()
	require.Equal(t, exitFailure, a.run(t, "ask", "--patient", "berta", "V"))
	require.Contains(t, a.err.String(), `no signal of patient "berta"`)
}
