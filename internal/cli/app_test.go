package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/replay"
)

// testApp is an App whose output can be read.
type testApp struct {
	*App
	out, err bytes.Buffer
}

func newTestApp() *testApp {
	a := &testApp{}
	a.App = &App{
		Out: &a.out, Err: &a.err, Clock: replay.SystemClock{}, Env: func(string) string { return "" },
		OpenModel: func(config.Model, zerolog.Logger) (Model, error) { return nil, errors.New("no model here") },
	}
	return a
}

// run carries out a command line given as one string without quoting.
func (a *testApp) run(t *testing.T, line ...string) int {
	t.Helper()
	return a.Run(t.Context(), line)
}

func TestHelpOfEveryCommand(t *testing.T) {
	var commands []*cobra.Command
	root := newTestApp().Root()
	commands = append(commands, root)
	commands = append(commands, root.Commands()...)
	for _, command := range commands {
		if command.Name() == "help" || command.Hidden {
			continue
		}
		t.Run(command.Name(), func(t *testing.T) {
			require.NotEmpty(t, command.Example, "every command shows an example")
			require.NotEmpty(t, command.Short)
			a := newTestApp()
			args := append(strings.Fields(command.CommandPath())[1:], "--help")
			require.Equal(t, exitOK, a.Run(t.Context(), args))
			for _, line := range strings.Split(a.out.String(), "\n") {
				require.False(t, strings.HasSuffix(line, " "), "space at the end of %q", line)
			}
			golden.Assert(t, a.out.String(), "help-"+command.Name()+".txt")
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	record, noTests := filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "tests.json")
	require.NoError(t, os.WriteFile(noTests, []byte("{}"), 0o600))
	for _, test := range []struct {
		line string
		code int
		want []string
	}{
		{"replay", exitUsage, []string{"one RECORD expected", "Try: holter replay --help"}},
		{"replay x --speed fast", exitUsage, []string{"--speed", "like 1 or 20, or max"}},
		{"replay x --from -5", exitUsage, []string{"from", "is no duration"}},
		{"replay x --mqtt tcp://", exitUsage, []string{"--mqtt", "tcp://127.0.0.1:1883"}},
		{"replay x --nonsense", exitUsage, []string{"--nonsense"}},
		{"replay " + record, exitFailure, []string{record, "without extension"}},
		{"events x", exitUsage, []string{"unexpected argument"}},
		{"events --since yesterday", exitUsage, []string{"--since", "a duration like 24h"}},
		{"events --influx 127.0.0.1:1", exitFailure, []string{"127.0.0.1:1", "holter up"}},
		{"events --config " + record, exitFailure, []string{"--config"}},
		{"strip --patient x --at 1h --out x.pdf", exitUsage, []string{".svg or .png"}},
		{"strip --patient x --at 1h --out x.svg --archive " + record, exitFailure, []string{record, "--archive"}},
		{"export --from 1h --out x", exitUsage, []string{"--patient"}},
		{"export --patient x --from 1h --out x --format csv", exitUsage, []string{"none of wfdb, edf and fhir"}},
		{"export --patient x --from yesterday --out x", exitUsage, []string{"--from", "so long ago"}},
		{"export --patient x --from 1h --to 2h --out x", exitUsage, []string{"before it begins"}},
		{"export --patient x --from 1h --out x --archive " + record, exitFailure, []string{record, "--archive"}},
		{"ask V", exitUsage, []string{"--patient"}},
		{"ask --patient x", exitUsage, []string{"no QUESTION"}},
		{"ask --patient x --last 1m --strip 1h/10s V", exitUsage, []string{"exclude each other"}},
		{"ask --patient x --from 1h V", exitUsage, []string{"go together"}},
		{"ask --patient x --strip 1h V", exitUsage, []string{"has no slash"}},
		{"ask --patient x --strip 1h/yesterday V", exitUsage, []string{"the end", "so long ago"}},
		{"ask --patient x --last 2m --picture x.png V", exitUsage, []string{"up to 1m0s can be drawn"}},
		{"ask --patient x --picture x.pdf V", exitUsage, []string{".svg or .png"}},
		{"ask --patient x --strip 1h/11m V", exitFailure, []string{"strip 1: it lasts 11m0s; give a strip"}},
		{"locate", exitUsage, []string{"one RECORD expected"}},
		{"locate x", exitUsage, []string{"--ask"}},
		{"locate x --tests y", exitUsage, []string{"stands without RECORD"}},
		{"locate x --ask V --leads random", exitUsage, []string{"--leads random is for --tests"}},
		{"locate --tests y", exitUsage, []string{"--records and --out"}},
		{"locate " + record + " --ask V", exitFailure, []string{record}},
		{"annotate --out y", exitUsage, []string{"no RECORD"}},
		{"annotate x", exitUsage, []string{"--out"}},
		{"annotate x --out y --annotator h.l", exitUsage, []string{"--annotator"}},
		{"annotate x --out y --annotator dat", exitUsage, []string{"other files"}},
		{"eval", exitUsage, []string{"--tests and --records are needed, or --answers"}},
		{"nonsense", exitUsage, []string{"unknown command", "Try: holter --help"}},
		{"eval --tests " + record + " --records y", exitFailure, []string{record, "name a file of questions with --tests"}},
		{"locate --tests " + record + " --records y --out z", exitFailure, []string{record, "name a file of questions with --tests"}},
		{"locate --tests " + noTests + " --records y --out z", exitFailure, []string{noTests, "JSON array", "holter locate --help"}},
		{"simulate night --out " + noTests + "/below", exitFailure, []string{noTests, "--out"}},
	} {
		t.Run(test.line, func(t *testing.T) {
			a := newTestApp()
			require.Equal(t, test.code, a.Run(t.Context(), strings.Fields(test.line)), a.err.String())
			for _, want := range test.want {
				require.Contains(t, a.err.String(), want)
			}
			require.Empty(t, a.out.String())
		})
	}
}

func TestAnInterruptIsNoFailureToBeExplained(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := newTestApp()
	require.Equal(t, exitInterrupted, a.Run(ctx, []string{"events", "--influx", "127.0.0.1:1"}))
	require.Equal(t, "holter: interrupted\n", a.err.String())
}

func TestWhatFailsWhileStoppingIsTold(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	require.True(t, saysNoMore(ctx, fmt.Errorf("replay: %w", enough)))
	require.True(t, saysNoMore(ctx, errors.Join(enough, fmt.Errorf("events: %w", context.Canceled))))
	require.False(t, saysNoMore(ctx, fmt.Errorf("demo: %w", errors.Join(enough, errors.New("InfluxDB does not end")))))
}

func TestVersion(t *testing.T) {
	a := newTestApp()
	require.Equal(t, exitOK, a.run(t, "version"))
	require.Regexp(t, `^holter \S+ go\S+ \w+/\w+\n$`, a.out.String())
}

// handClock stands still until it is moved.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time                         { return c.now }
func (c *handClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

func TestABarElsewhereThanOnATerminalIsALineNowAndThen(t *testing.T) {
	a := newTestApp()
	clock := &handClock{now: time.Unix(0, 0)}
	a.Clock = clock
	bar := a.newBar(200, "locate", "questions")
	for i := range 200 {
		clock.now = clock.now.Add(100 * time.Millisecond)
		bar.set(i+1, " and so on")
	}
	bar.end()
	require.Equal(t, `locate: 50 of 200 questions (25 %) and so on
locate: 100 of 200 questions (50 %) and so on
locate: 150 of 200 questions (75 %) and so on
locate: 200 of 200 questions (100 %) and so on
locate: 200 of 200 questions (100 %)
`, a.err.String())
}

func TestABarOnATerminal(t *testing.T) {
	a := newTestApp()
	a.Terminal = true
	bar := a.newBar(10, "locate", "questions")
	bar.set(5, "")
	bar.set(10, "")
	bar.end()
	require.Contains(t, a.err.String(), "locate")
	require.Contains(t, a.err.String(), "10/10")
	require.True(t, strings.HasSuffix(a.err.String(), "\n"))
}

func TestTheModelIsFoundBesideTheProgram(t *testing.T) {
	a := newTestApp()
	a.Home = t.TempDir()
	cfg, err := a.config()
	require.NoError(t, err)
	require.Equal(t, config.Default().Model.Dir, cfg.Model.Dir)

	beside := filepath.Join(a.Home, "models", "default")
	require.NoError(t, os.MkdirAll(beside, 0o755))
	cfg, err = a.config()
	require.NoError(t, err)
	require.Equal(t, beside, cfg.Model.Dir)

	t.Setenv("HOLTER_MODEL_DIR", "elsewhere")
	cfg, err = a.config()
	require.NoError(t, err)
	require.Equal(t, "elsewhere", cfg.Model.Dir)
}
