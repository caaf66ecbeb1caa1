package demo

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/analyzer"
	"github.com/holterd/holter/internal/replay"
	"github.com/holterd/holter/internal/webhook"
	"github.com/holterd/holter/pkg/localize"
)

// Story collects what the parts of the system tell, and has it shown. Its
// methods may be called by several goroutines at once.
type Story struct {
	start  time.Time     // of the first sample that is played
	offset time.Duration // of that sample in the recording
	screen *screen

	began, ended time.Time // of the playing, on the clock; set between its steps

	mu        sync.Mutex
	played    replay.State
	windows   int
	questions int
	found     int                       // questions whose answer points at something
	asked     map[string]bool           // codes of the conditions that were asked for
	events    map[string]localize.Event // newest version of each
	told      map[string]bool           // events that were shown
	beats     map[string][]time.Time    // of each kind
	alerts    []alert.Alert
	// notifications are the alerts' beginnings and ends.
	notifications int
}

// newStory begins a story about a stretch of a recording that begins at offset
// and is played with its first sample at start.
func newStory(start time.Time, offset time.Duration, s *screen) *Story {
	return &Story{start: start, offset: offset, screen: s,
		asked: map[string]bool{}, events: map[string]localize.Event{}, told: map[string]bool{}, beats: map[string][]time.Time{}}
}

// Played is told how far the wearable has come.
func (s *Story) Played(state replay.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.played.Connected && !state.Connected {
		s.screen.line(warning, s.at(s.start.Add(state.Analysed)), "the wearable has lost the broker; it keeps its samples and connects again")
	}
	s.played = state
	s.show()
}

// Analysed is told of every window whose events are stored.
func (s *Story) Analysed(a analyzer.Analysed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.windows++
	var none []string // asked for and not found
	for _, answer := range a.Answers {
		s.questions++
		c, ok := localize.ParseQuestion(answer.Question)
		if ok {
			s.asked[c.Code] = true
		}
		spans, err := localize.Parse(answer.Text)
		if ok && err == nil && len(spans) == 0 {
			none = append(none, c.Code)
			continue
		}
		s.found++
		s.screen.line(plain, s.at(a.From), fmt.Sprintf("window %d: %s  →  %s  (confidence %.2f)", s.windows, answer.Question, answer.Text, answer.Confidence))
	}
	if len(none) > 0 {
		s.screen.line(faint, s.at(a.From), fmt.Sprintf("window %d: No … Found: %s", s.windows, strings.Join(none, ", ")))
	}
	for _, e := range a.Events {
		s.events[e.ID] = e
		s.beats[e.Kind] = append(s.beats[e.Kind], e.NewBeats...)
		if !e.Open {
			s.tell(e)
		}
	}
	s.show()
}

// tell shows an event once.
func (s *Story) tell(e localize.Event) {
	if s.told[e.ID] {
		return
	}
	s.told[e.ID] = true
	if st := e.STText(); st != "" {
		s.screen.line(good, s.at(e.Start), fmt.Sprintf("event stored: %s, %s, %.0f s", kindName(e.Kind), st, e.End.Sub(e.Start).Seconds()))
		return
	}
	s.screen.line(good, s.at(e.Start), fmt.Sprintf("event stored: %s, %s in %.1f s, confidence %.2f",
		kindName(e.Kind), count(e.Beats, "beat"), e.End.Sub(e.Start).Seconds(), e.Confidence))
}

// Alerted is told of every notification that reached the webhook.
func (s *Story) Alerted(m webhook.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notifications++
	if m.Alert.State == alert.Triggered {
		s.alerts = append(s.alerts, m.Alert)
	}
	s.screen.line(alarm, s.at(m.Alert.Start), fmt.Sprintf("alert %s at the caregiver's webhook, priority %s: %s. %s",
		m.Alert.State, m.Alert.Priority, m.Alert.Title, m.Alert.Message))
	s.show()
	return nil
}

// alertCount counts the notifications.
func (s *Story) alertCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notifications
}

// show draws the state of things anew.
func (s *Story) show() {
	s.screen.status(s.played.Acknowledged, s.played.Chunks, strings.Join([]string{
		count(s.windows, "window"), count(s.questions, "question"), count(len(s.events), "event"), count(len(s.alerts), "alert")}, " · "))
}

// at writes a time as minutes and seconds of the recording.
func (s *Story) at(t time.Time) string {
	tenths := (s.offset + t.Sub(s.start)).Round(100*time.Millisecond) / (100 * time.Millisecond)
	return fmt.Sprintf("%02d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}

func kindName(code string) string {
	if c, ok := localize.ByCode(code); ok {
		return c.Name
	}
	return code
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
