package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/questions"
)

// eachQuestion are the questions of a conversation.
func eachQuestion(in io.Reader, texts []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range texts {
			if text != "-" {
				if !yield(text, nil) {
					return
				}
				continue
			}
			lines := bufio.NewScanner(in)
			for lines.Scan() {
				if line := strings.TrimSpace(lines.Text()); line != "" && !yield(line, nil) {
					return
				}
			}
			if err := lines.Err(); err != nil && !yield("", fmt.Errorf("read the questions: %w", err)) {
				return
			}
		}
	}
}

// question is the question without its text.
func (f askFlags) question(now time.Time) (questions.Question, error) {
	q := questions.Question{Patient: f.patient}
	ways := 0
	for _, used := range []bool{f.last > 0, f.from != "" || f.to != "", len(f.strips) > 0} {
		if used {
			ways++
		}
	}
	switch {
	case ways > 1:
		return q, errors.New("--last, --from with --to, and --strip exclude each other")
	case (f.from == "") != (f.to == ""):
		return q, errors.New("--from and --to go together")
	case f.from != "":
		strip, err := stripBetween(f.from, f.to, now)
		if err != nil {
			return q, err
		}
		q.Strips = append(q.Strips, strip)
	case len(f.strips) == 0:
		q.Strips = []questions.Strip{{Last: cmp.Or(f.last, time.Minute)}}
	}
	for _, text := range f.strips {
		strip, err := parseStrip(text, now)
		if err != nil {
			return q, err
		}
		q.Strips = append(q.Strips, strip)
	}
	slices.SortStableFunc(q.Strips, func(x, y questions.Strip) int { return x.From.Compare(y.From) })
	for i := range q.Strips {
		q.Strips[i].Device = f.device
		if f.leads != "" {
			q.Strips[i].Leads = strings.Split(f.leads, ",")
		}
	}
	return q, nil
}

// parseStrip reads FROM/TO, where TO may be the length.
func parseStrip(text string, now time.Time) (questions.Strip, error) {
	from, to, ok := strings.Cut(text, "/")
	if !ok {
		return questions.Strip{}, fmt.Errorf("--strip: %q has no slash: give one like 2026-01-31T08:00:00Z/10s", text)
	}
	length, err := parseDuration(to)
	if err != nil {
		return stripBetween(from, to, now)
	}
	s, err := stripBetween(from, from, now)
	s.To = s.To.Add(length)
	return s, err
}

func stripBetween(from, to string, now time.Time) (s questions.Strip, err error) {
	if s.From, err = parseInstant(from, now); err != nil {
		return s, fmt.Errorf("the begin: %w", err)
	}
	if s.To, err = parseInstant(to, now); err != nil {
		return s, fmt.Errorf("the end: %w", err)
	}
	s.From, s.To = s.From.UTC(), s.To.UTC()
	return s, nil
}
