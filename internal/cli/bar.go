package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bar shows how far a command has come: a bar on a terminal, elsewhere a line
// every few seconds.
type bar struct {
	out   io.Writer
	label string
	unit  string
	total int
	done  int
	now   func() time.Time
	said  time.Time
	drawn *progressbar.ProgressBar // nil elsewhere than on a terminal
}

// Pause between two lines where there is no terminal.
const barLinePause = 5 * time.Second

func (a *App) newBar(total int, label, unit string) *bar {
	b := &bar{out: a.Err, label: label, unit: unit, total: total, now: a.Clock.Now, said: a.Clock.Now()}
	if a.Terminal {
		b.drawn = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(a.Err),
			progressbar.OptionSetDescription(label),
			progressbar.OptionSetItsString(unit),
			progressbar.OptionShowIts(),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(),
			progressbar.OptionSetTheme(progressbar.ThemeASCII),
		)
	}
	return b
}

// set moves to a count; note is added to the label.
func (b *bar) set(done int, note string) {
	b.done = done
	if b.drawn != nil {
		b.drawn.Describe(b.label + note)
		_ = b.drawn.Set(done)
		return
	}
	if now := b.now(); now.Sub(b.said) >= barLinePause {
		b.said = now
		b.line(note)
	}
}

// end leaves the last state on the screen.
func (b *bar) end() {
	if b.drawn != nil {
		b.drawn.Describe(b.label)
		_ = b.drawn.Exit()
		_, _ = fmt.Fprintln(b.out)
		return
	}
	b.line("")
}

func (b *bar) line(note string) {
	percent := 100
	if b.total > 0 {
		percent = 100 * b.done / b.total
	}
	_, _ = fmt.Fprintf(b.out, "%s: %d of %d %s (%d %%)%s\n", b.label, b.done, b.total, b.unit, percent, note)
}
