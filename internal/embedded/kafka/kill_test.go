package kafka

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

const (
	childDir  = "HOLTER_TEST_KAFKA_DIR"
	childAddr = "HOLTER_TEST_KAFKA_ADDR"
)

// TestChildBroker is no test by itself: it is the process that
// TestNothingIsLostWhenKilled kills. It compacts all the time.
func TestChildBroker(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only run as a child process of TestNothingIsLostWhenKilled")
	}
	b, err := Start(Options{
		Addr: os.Getenv(childAddr), Dir: dir,
		Maintenance: time.Millisecond, CompactBytes: 1 << 10, Retention: time.Hour,
	}, zerolog.New(os.Stderr).Level(zerolog.WarnLevel))
	require.NoError(t, err)
	fmt.Println("listening", b.Addr())
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent is gone
	require.NoError(t, err)
	require.NoError(t, b.Close())
}

func startChild(t *testing.T, dir, addr string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildBroker$")
	cmd.Env = append(os.Environ(), childDir+"="+dir, childAddr+"="+addr)
	cmd.Stderr = os.Stderr
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if got, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd, got
		}
	}
	require.FailNow(t, "the child broker did not start")
	return nil, ""
}

// acknowledged is what producers know to be written.
type acknowledged struct {
	mu      sync.Mutex
	highest int            // of the plain topic
	newest  map[string]int // of the compacted topic, by key
	changed chan struct{}
}

func (a *acknowledged) set(key string, n int) {
	a.mu.Lock()
	if key == "" {
		a.highest = n
	} else {
		a.newest[key] = n
	}
	a.mu.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *acknowledged) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.highest
}

// TestNothingIsLostWhenKilled kills the broker in the middle of writes and
// compactions and checks that what it acknowledged is there.
func TestNothingIsLostWhenKilled(t *testing.T) {
	const kills, between = 8, 40
	dir := t.TempDir()
	cmd, addr := startChild(t, dir, testport.Addr(t))
	createTopic(t, addr, "ecg.samples", "delete", 1)
	createTopic(t, addr, "ecg.progress", "compact", 1)

	ctx, stop := context.WithCancel(t.Context())
	acks := &acknowledged{highest: -1, newest: map[string]int{}, changed: make(chan struct{}, 1)}
	var producers sync.WaitGroup
	padding := strings.Repeat(" ", 8<<10) // makes a compaction last
	producers.Go(func() {
		produce(ctx, writer(t, addr, "ecg.samples"), func(int) string { return "" }, "", acks)
	})
	producers.Go(func() {
		produce(ctx, writer(t, addr, "ecg.progress"), func(n int) string { return fmt.Sprint("key", n%5) }, padding, acks)
	})

	for k := range kills {
		for acks.count() < (k+1)*between {
			select {
			case <-acks.changed:
			case <-time.After(30 * time.Second):
				require.FailNow(t, "producers are stuck", "at %d", acks.count())
			}
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		cmd, _ = startChild(t, dir, addr)
	}
	stop()
	producers.Wait()

	plain, _, _ := readAll(t, addr, "ecg.samples", 0)
	next := 0
	for _, v := range plain {
		n, err := strconv.Atoi(v)
		require.NoError(t, err)
		require.LessOrEqual(t, n, next, "a record is missing")
		if n == next {
			next++
		}
	}
	require.Greater(t, next, acks.highest)

	compacted, _, _ := readAll(t, addr, "ecg.progress", 0)
	newest := map[string]int{}
	for _, v := range compacted {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		require.NoError(t, err)
		newest[fmt.Sprint("key", n%5)] = n
	}
	for key, n := range acks.newest {
		require.GreaterOrEqual(t, newest[key], n, key)
	}
	t.Logf("%d records of the plain topic; of %v in the compacted one, %d are left", len(plain), acks.newest, len(compacted))
}

// produce writes numbers one by one, each until it is acknowledged.
func produce(ctx context.Context, w *kafkago.Writer, key func(int) string, padding string, acks *acknowledged) {
	for n := 0; ctx.Err() == nil; n++ {
		m := kafkago.Message{Key: []byte(key(n)), Value: []byte(fmt.Sprint(n) + padding)}
		for w.WriteMessages(ctx, m) != nil {
			if ctx.Err() != nil {
				return
			}
		}
		acks.set(key(n), n)
	}
}
