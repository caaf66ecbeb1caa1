package questions

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

// asks asks; *Asker does.
type asks interface {
	Ask(ctx context.Context, q Question, within time.Duration, wrote func(piece string)) (Answer, error)
}

const (
	mostBody   = 256 << 10
	httpWithin = time.Minute
)

// body is what is posted.
type body struct {
	Question     string  `json:"question"`
	By           string  `json:"by"`
	Strips       []Strip `json:"strips"`
	Conversation string  `json:"conversation"`
}

// Handler answers POST …/{p}/questions, p being the patient, with JSON lines as the
// text is written: the forms of Line. What fails before the first line has a status
// that says so, and the same line.
func Handler(a asks) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &lines{to: w, flush: http.NewResponseController(w)}
		q, err := read(w, r)
		if err != nil {
			out.fail(err)
			return
		}
		answer, err := a.Ask(r.Context(), q, httpWithin, func(piece string) { out.line(Line{Text: piece}) })
		if err != nil {
			out.fail(err)
			return
		}
		out.line(AnswerLine(q, answer))
	})
}

// read reads the question of a request.
func read(w http.ResponseWriter, r *http.Request) (Question, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return Question{}, invalid("send it as application/json", "the request's Content-Type is %q", r.Header.Get("Content-Type"))
	}
	var b body
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
	in.DisallowUnknownFields()
	err := in.Decode(&b)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON object")
		}
	}
	if err != nil {
		return Question{}, invalid(`send {"question", "by", "strips": [{"from", "to"}], "conversation"}`, "the question cannot be read: %w", err)
	}
	q := Question{Patient: r.PathValue("p"), By: b.By, Strips: b.Strips, Turns: []Turn{{Question: b.Question}}}
	if b.Conversation != "" {
		if q, err = q.continued(b.Conversation); err != nil {
			return Question{}, err
		}
	}
	return q, q.check()
}

// lines are the lines of a response.
type lines struct {
	to    http.ResponseWriter
	flush *http.ResponseController
	begun bool
}

func (l *lines) line(line Line) { l.write(http.StatusOK, "application/x-ndjson", line) }

func (l *lines) fail(err error) {
	line, p := errorLine(err)
	l.write(p.Status(), "application/json", line)
}

// write writes a line, after the header if it is the first. A client that is gone is
// noticed by the request's context.
func (l *lines) write(status int, kind string, line Line) {
	if !l.begun {
		l.begun = true
		l.to.Header().Set("Content-Type", kind)
		l.to.Header().Set("Cache-Control", "no-store")
		l.to.WriteHeader(status)
	}
	out := json.NewEncoder(l.to)
	out.SetEscapeHTML(false)
	_ = out.Encode(line)
	_ = l.flush.Flush()
}
