package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// style is how much a line wants to be seen.
type style string

// Styles, as ANSI colours.
const (
	plain   style = ""
	faint   style = "2"
	good    style = "32"
	warning style = "33"
	alarm   style = "1;31"
	title   style = "1"
)

// screen writes lines that stay and, on a terminal, one line below them that
// changes. Elsewhere the changing line is written every few seconds.
type screen struct {
	out      io.Writer
	terminal bool
	width    int
	now      func() time.Time

	mu     sync.Mutex
	last   string    // the changing line as it stands there; "" when it does not
	stated time.Time // when it was last written where there is no terminal
}

const (
	statusPause = 5 * time.Second
	barWidth    = 24
	usualWidth  = 80
)

func newScreen(out io.Writer, terminal bool, width int, now func() time.Time) *screen {
	if width <= 0 {
		width = usualWidth // the terminal does not say
	}
	return &screen{out: out, terminal: terminal, width: width, now: now, stated: now()}
}

// line writes a line that stays; at is empty or the time in the recording.
func (s *screen) line(st style, at, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	if at != "" {
		at = s.paint(faint, at) + "  "
	}
	_, _ = fmt.Fprintf(s.out, "%s%s\n", at, s.paint(st, text))
	s.redraw()
}

// Write takes the lines of a log.
func (s *screen) Write(p []byte) (int, error) {
	s.line(plain, "", strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

// status changes the changing line.
func (s *screen) status(done, total int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		if now := s.now(); now.Sub(s.stated) >= statusPause {
			s.stated = now
			_, _ = fmt.Fprintf(s.out, "%d of %d s sent · %s\n", done, total, text)
		}
		return
	}
	filled := 0
	if total > 0 {
		filled = barWidth * done / total
	}
	s.wipe()
	s.last = fmt.Sprintf("[%s%s] %d/%d s sent · %s", strings.Repeat("█", filled), strings.Repeat("·", barWidth-filled), done, total, text)
	if runes := []rune(s.last); len(runes) >= s.width {
		s.last = string(runes[:max(s.width-1, 0)])
	}
	s.redraw()
}

// end removes the changing line for good.
func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	s.last = ""
}

func (s *screen) wipe() {
	if s.last != "" {
		_, _ = fmt.Fprint(s.out, "\r\x1b[K")
	}
}

func (s *screen) redraw() { _, _ = fmt.Fprint(s.out, s.last) }

func (s *screen) paint(st style, text string) string {
	if !s.terminal || st == plain {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}
