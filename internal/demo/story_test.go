package demo

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/analyzer"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/replay"
	"github.com/holterd/holter/internal/webhook"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// tellAll tells a small story to a screen and returns what was shown.
func tellAll(t *testing.T, terminal bool) (string, []string) {
	t.Helper()
	var out bytes.Buffer
	now := time.Unix(0, 0)
	scr := newScreen(&out, terminal, 60, func() time.Time { now = now.Add(time.Second); return now })
	start := time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	s := newStory(start, 5*time.Minute, scr)
	question := "Where is the Premature ventricular contraction located in this ECG?"

	s.Played(replay.State{Chunks: 60, Acknowledged: 3, Connected: true})
	s.Analysed(analyzer.Analysed{Window: influx.Window{From: start, To: start.Add(8 * time.Second)}, Answers: []analyzer.Answer{
		{Question: question, Text: "No Premature ventricular contraction Found", Confidence: 0.99},
	}})
	event := localize.Event{ID: "1", Kind: "V", Start: start.Add(9500 * time.Millisecond), End: start.Add(11200 * time.Millisecond),
		Beats: 1, NewBeats: []time.Time{start.Add(10 * time.Second)}, Confidence: 0.91, Open: true}
	analysed := analyzer.Analysed{Window: influx.Window{From: start.Add(8 * time.Second)}, Events: []localize.Event{event},
		Answers: []analyzer.Answer{{Question: question, Text: "Duration: 3.5s-5.2s", Confidence: 0.93}}}
	s.Analysed(analysed)
	s.Played(replay.State{Chunks: 60, Acknowledged: 30, Connected: true, Analysed: 8 * time.Second})
	s.Played(replay.State{Chunks: 60, Acknowledged: 30, Analysed: 8 * time.Second})
	event.Open, event.Beats, event.End = false, 2, start.Add(12*time.Second)
	event.NewBeats = []time.Time{start.Add(11 * time.Second)}
	s.Analysed(analyzer.Analysed{Window: influx.Window{From: start.Add(14 * time.Second)}, Events: []localize.Event{event}})
	require.NoError(t, s.Alerted(webhook.Message{Alert: alert.Alert{State: alert.Triggered, Priority: alert.Medium,
		Title: "Two PVCs in a row", Message: "Seen at 08:30:10", Start: event.Start}}))
	s.Played(replay.State{Chunks: 60, Acknowledged: 60, Connected: true, Stored: true})
	scr.end()
	s.began, s.ended = start, start.Add(42*time.Second)
	reference := &Reference{Rate: 100, From: 5 * time.Minute, To: 6 * time.Minute, Annotations: []ecg.Annotation{
		{Sample: 29000, Symbol: "V"}, {Sample: 30000, Symbol: "N"}, {Sample: 31005, Symbol: "V"}, {Sample: 31100, Symbol: "F"}, {Sample: 34000, Symbol: "V"},
		{Sample: 34100, Symbol: "A"}, {Sample: 36000, Symbol: "V"},
	}}
	return out.String(), s.Summary(1, reference)
}

func TestStory(t *testing.T) {
	shown, summary := tellAll(t, false)
	golden.Assert(t, shown+strings.Join(summary, "\n")+"\n", "story.txt")
}

func TestStoryOnATerminal(t *testing.T) {
	shown, _ := tellAll(t, true)
	golden.Assert(t, strings.ReplaceAll(strings.ReplaceAll(shown, "\x1b", "ESC"), "\r", "CR"), "story-terminal.txt")
	for _, line := range strings.Split(shown, "\r") {
		if i := strings.LastIndex(line, "\x1b[K"); i >= 0 && strings.HasPrefix(line[i+3:], "[") {
			require.Less(t, len([]rune(line[i+3:])), 60, "the changing line fits the terminal")
		}
	}
}

func TestWithoutAReferenceNothingIsCompared(t *testing.T) {
	s := newStory(time.Time{}, 0, newScreen(&bytes.Buffer{}, false, 80, time.Now))
	require.Equal(t, []string{
		"0s of signal sent and analysed in 0s: 0 windows, 0 questions asked, 0 answers point at something",
		"0 events in InfluxDB", "0 alerts at the caregiver's webhook",
	}, s.Summary(0, nil))
}

func TestCount(t *testing.T) {
	require.Equal(t, "0 beats, 1 beat, 2 beats", fmt.Sprintf("%s, %s, %s", count(0, "beat"), count(1, "beat"), count(2, "beat")))
}
