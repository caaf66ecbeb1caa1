package archive

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/config"
	embedded "github.com/holterd/holter/internal/embedded/kafka"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/testport"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const within = 60 * time.Second

// broker starts a broker with its data on disk.
func broker(t *testing.T) (config.Config, *kafka.Client) {
	t.Helper()
	b, err := embedded.Start(embedded.Options{Addr: testport.Addr(t), Dir: t.TempDir()}, zerolog.Nop())
	require.NoError(t, err)
	cfg := config.Default()
	cfg.Kafka.Brokers, cfg.Kafka.Partitions = []string{b.Addr()}, 2
	cfg.Archive.Folder, cfg.Archive.Retention = t.TempDir(), 0
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()); require.NoError(t, b.Close()) })
	require.NoError(t, client.EnsureTopics(t.Context()))
	return cfg, client
}

// start runs a service until the returned function is called.
func start(t *testing.T, cfg config.Config) (s *Service, stop func()) {
	t.Helper()
	s, err := New(cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel), prometheus.NewRegistry())
	require.NoError(t, err)
	s.pause = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return s, func() { cancel(); require.NoError(t, <-ended) }
}

func send(t *testing.T, client *kafka.Client, chunks ...*chunk) {
	t.Helper()
	var records []kafka.Message
	for _, c := range chunks {
		records = append(records, c.record(t))
	}
	require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, records...))
}

// length is how many samples per lead of a patient there are.
func length(t *testing.T, root, patient string) (n int) {
	t.Helper()
	for _, s := range whole(t, root, patient) {
		n += s.Len()
	}
	return n
}

func TestTheServiceKeepsWhatComes(t *testing.T) {
	cfg, client := broker(t)
	s, stop := start(t, cfg)
	require.Eventually(t, s.Ready, within, 10*time.Millisecond)
	tp := newTape("chest-1", 20, 250)
	other := newTape("wrist-1", 10, 128)
	other.patient = "berta"
	send(t, client, tp.chunks(time.Second)...)
	send(t, client, other.chunks(2*time.Second)...)
	press, err := proto.Marshal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: &holterv1.ButtonPress{
		Device: "chest-1", TimeNs: monday.UnixNano(), Note: "dizzy",
	}}})
	require.NoError(t, err)
	writer := client.NewWriter()
	require.NoError(t, writer.Write(t.Context(), kafka.TopicStatus, kafka.PatientMessage("anna", press)))
	bad := other.chunks(time.Second)[0]
	bad.gain = []float64{0, 0}
	send(t, client, bad)
	require.Eventually(t, func() bool {
		return length(t, cfg.Archive.Folder, "anna") == 5000 && length(t, cfg.Archive.Folder, "berta") == 1280 &&
			testutil.ToFloat64(s.metrics.presses) == 1 && testutil.ToFloat64(s.metrics.chunks.WithLabelValues("refused")) == 1 &&
			testutil.ToFloat64(s.metrics.chunks.WithLabelValues("kept")) >= 25 // counted once they are on the disk
	}, within, 10*time.Millisecond)
	require.Equal(t, 25.0, testutil.ToFloat64(s.metrics.chunks.WithLabelValues("kept")))
	stop()
	holdsTape(t, cfg.Archive.Folder, tp)
	holdsTape(t, cfg.Archive.Folder, other)
	for _, raw := range recordsAreWFDB(t, cfg.Archive.Folder, "anna", "chest-1") {
		require.NotZero(t, raw.Samples, "sealed at the end")
	}
	presses, err := must(Open(cfg.Archive.Folder))(t).Presses("anna", dawn, dusk)
	require.NoError(t, err)
	require.Equal(t, []Press{{"chest-1", monday, "dizzy"}}, presses)
}

func TestAFolderThatCannotBeWrittenTo(t *testing.T) {
	cfg, client := broker(t)
	s, stop := start(t, cfg)
	defer stop()
	require.Eventually(t, s.Ready, within, 10*time.Millisecond)
	place := cfg.Archive.Folder + "/anna" // a file is in the way
	require.NoError(t, os.WriteFile(place, nil, 0o600))
	tp := newTape("chest-1", 2, 250)
	send(t, client, tp.chunks(time.Second)...)
	require.Eventually(t, func() bool { return !s.Ready() }, within, time.Millisecond)
	require.NotZero(t, testutil.ToFloat64(s.metrics.failures))
	require.NoError(t, os.Remove(place))
	require.Eventually(t, s.Ready, within, 10*time.Millisecond)
	holdsTape(t, cfg.Archive.Folder, tp)
}

// Settings of the child process, and what it says when it has begun.
const (
	childBroker = "HOLTER_TEST_ARCHIVE_BROKER"
	childFolder = "HOLTER_TEST_ARCHIVE_FOLDER"
	childGroup  = "HOLTER_TEST_ARCHIVE_GROUP"
	begun       = "begun"
)

// TestChildArchiver is no test by itself: it is the process that
// TestKilledAgainAndAgain kills.
func TestChildArchiver(t *testing.T) {
	if os.Getenv(childBroker) == "" {
		t.Skip("only run as a child process of TestKilledAgainAndAgain")
	}
	cfg := config.Default()
	cfg.Kafka.Brokers, cfg.Kafka.Partitions = []string{os.Getenv(childBroker)}, 2
	cfg.Archive.Folder, cfg.Archive.Retention = os.Getenv(childFolder), 0
	cfg.Kafka.Group = os.Getenv(childGroup)
	s, err := New(cfg, zerolog.New(os.Stderr).Level(zerolog.WarnLevel), nil)
	require.NoError(t, err)
	s.pause = 5 * time.Millisecond
	fmt.Println(begun)
	require.NoError(t, s.Run(t.Context()))
}

func child(t *testing.T, cfg config.Config) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildArchiver$")
	cmd.Env = append(os.Environ(), childBroker+"="+cfg.Kafka.Brokers[0], childFolder+"="+cfg.Archive.Folder, childGroup+"="+cfg.Kafka.Group)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), begun) {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd
		}
	}
	require.FailNow(t, "the child did not start")
	return nil
}

func TestKilledAgainAndAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED: killed processes, with -short")
	}
	cfg, client := broker(t)
	tp := newTape("chest-1", 120, 100)
	chunks := tp.chunks(time.Second / 2)
	const kills = 2
	for k := range kills {
		// The second life goes on in the group when that knows of the first one's
		// death; the last reads all of Kafka again.
		cmd := child(t, cfg)
		goal := (k + 1) * len(chunks) / (kills + 1)
		sent := k * len(chunks) / (kills + 1)
		// It is killed while it writes: of each dozen, some are on disk.
		for length(t, cfg.Archive.Folder, "anna") < (goal-10)*50 {
			if sent < goal {
				send(t, client, chunks[sent:sent+1]...)
				sent++
			}
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		send(t, client, chunks[sent:goal]...)
		send(t, client, chunks[goal-5:goal]...) // what ingest may do when an answer was lost
	}
	send(t, client, chunks[kills*len(chunks)/(kills+1):]...)
	cfg.Kafka.Group = "last"
	s, stop := start(t, cfg)
	require.Eventually(t, func() bool { return length(t, cfg.Archive.Folder, "anna") >= 12000 }, within, 10*time.Millisecond)
	stop()
	require.GreaterOrEqual(t, testutil.ToFloat64(s.metrics.chunks.WithLabelValues("repeated")), 160.0)
	holdsTape(t, cfg.Archive.Folder, tp)
	recordsAreWFDB(t, cfg.Archive.Folder, "anna", "chest-1")
}
