package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/internal/testport"
)

// pollEvery is the time between two looks at a condition of another process.
const pollEvery = 20 * time.Millisecond

// embedded is a `holter up` and where it is.
type embedded struct {
	*process
	dir                       string
	http, mqtt, kafka, influx string
}

// up starts a system on a new folder and waits until it takes data.
func up(ctx context.Context, t *testing.T) *embedded {
	t.Helper()
	needInfluxd(t)
	e := &embedded{
		dir: t.TempDir(), http: testport.Addr(t), mqtt: testport.Addr(t), kafka: testport.Addr(t), influx: testport.Addr(t),
	}
	e.start(ctx, t)
	return e
}

// start starts it, again on the same folder and addresses.
func (e *embedded) start(ctx context.Context, t *testing.T) {
	t.Helper()
	e.process = run(t, filepath.Join(e.dir, "up.log"), "holter", "up", "--data", e.dir, "--model", model(t),
		"--http", e.http, "--console", "127.0.0.1:0", "--mqtt", e.mqtt, "--kafka", e.kafka, "--influx", e.influx)
	e.awaitReady(ctx, t, e.http)
}

// awaitReady waits for a program's /readyz.
func (p *process) awaitReady(ctx context.Context, t *testing.T, addr string) {
	t.Helper()
	p.await(ctx, t, "it is ready", func() bool {
		status, _ := get(ctx, addr, "/readyz")
		return status == http.StatusOK
	})
}

// await waits for a condition while the program runs.
func (p *process) await(ctx context.Context, t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !done() {
		select {
		case <-p.ended:
			require.FailNow(t, "the program ended before "+what, "%v: %v", p.cmd, p.err)
		case <-ctx.Done():
			require.FailNow(t, "time is over before "+what, "%v", p.cmd)
		case <-tick.C:
		}
	}
}

func get(ctx context.Context, addr, path string) (status int, body string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return 0, ""
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(text)
}

// metric returns the sum of a metric's values, 0 when it is not there.
func metric(ctx context.Context, addr, name string) (sum float64) {
	_, text := get(ctx, addr, "/metrics")
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name)
		if !ok || rest == "" || (rest[0] != ' ' && rest[0] != '{') {
			continue
		}
		if value, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64); err == nil {
			sum += value
		}
	}
	return sum
}

// event is a line of `holter events --json`.
type event struct {
	ID      string    `json:"id"`
	Patient string    `json:"patient"`
	Device  string    `json:"device"`
	Kind    string    `json:"kind"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Beats   int       `json:"beats"`
	Model   string    `json:"model"`
}

// events asks for the stored events of a device, as a user does.
func events(ctx context.Context, t *testing.T, device string, flags ...string) []event {
	t.Helper()
	cmd := exec.CommandContext(ctx, filepath.Join(programs(t), "holter"),
		append([]string{"events", "--json", "--patient", device}, flags...)...)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, "%s", problems.String())
	var all []event
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		var e event
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e), "%s", lines.Text())
		require.Equal(t, device, e.Device)
		all = append(all, e)
	}
	require.NoError(t, lines.Err())
	return all
}

// asked asks a question about a patient's signal, as a user does: the answer, and
// its spans as events.
func asked(ctx context.Context, t *testing.T, kafka, patient, question string, flags ...string) (text string, located []event) {
	t.Helper()
	cmd := exec.CommandContext(ctx, filepath.Join(programs(t), "holter"), append([]string{"ask", "--json", "--patient", patient, question}, flags...)...)
	cmd.Env = append(os.Environ(), "HOLTER_KAFKA_BROKERS="+kafka)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	require.NoError(t, err, "%s", problems.String())
	var line questions.Line
	require.NoError(t, json.Unmarshal(out, &line), "%s", out)
	return line.Answer, spans(t, line)
}

// spans are those of an answer, as events.
func spans(t *testing.T, line questions.Line) (located []event) {
	t.Helper()
	for _, s := range line.Spans {
		from, err := time.Parse(time.RFC3339Nano, s.From)
		require.NoError(t, err)
		to, err := time.Parse(time.RFC3339Nano, s.To)
		require.NoError(t, err)
		located = append(located, event{Kind: s.Kind, Start: from, End: to})
	}
	return located
}

// replayed is a recording on its way into the system.
func replayed(t *testing.T, mqtt, device, path string, at time.Time, flags ...string) *process {
	t.Helper()
	args := append([]string{
		"replay", path, "--device", device, "--mqtt", mqtt, "--wait", "--at", at.Format(time.RFC3339Nano),
	}, flags...)
	return run(t, filepath.Join(t.TempDir(), "replay.log"), "holter", args...)
}

// within bounds a test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), d, fmt.Errorf("%s took longer than %v", t.Name(), d))
	t.Cleanup(cancel)
	return ctx
}
