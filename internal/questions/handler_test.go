package questions

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scripted answers as it is told.
type scripted struct {
	asked  Question
	pieces []string
	answer Answer
	err    error
}

func (s *scripted) Ask(_ context.Context, q Question, _ time.Duration, wrote func(string)) (Answer, error) {
	s.asked = q
	for _, piece := range s.pieces {
		wrote(piece)
	}
	return s.answer, s.err
}

// post posts to a server with the handler; the lines of the response.
func post(t *testing.T, a asks, kind, text string) (status int, got []Line) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("POST /v1/patients/{p}/questions", Handler(a))
	server := httptest.NewServer(mux)
	defer server.Close()
	response, err := http.Post(server.URL+"/v1/patients/p1/questions", kind, strings.NewReader(text))
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // only read from
	for in := bufio.NewScanner(response.Body); in.Scan(); {
		var line Line
		require.NoError(t, json.Unmarshal(in.Bytes(), &line), in.Text())
		got = append(got, line)
	}
	return response.StatusCode, got
}

const asked = `{"question":"Where?","by":"somebody","strips":[{"from":"2026-03-01T12:00:00.000Z","to":"2026-03-01T12:00:10.000Z"}]}`

func TestHandlerStreamsAndGoesOn(t *testing.T) {
	strip := between(0, 10*time.Second)
	s := &scripted{pieces: []string{"Duration: ", "1.0s-2.0s"}, answer: Answer{
		Text: "Duration: 1.0s-2.0s", Confidence: .9, Model: "m 1", Strips: []Strip{strip},
		Spans: []Span{{0, began.Add(time.Second), began.Add(2 * time.Second), "V", .8}},
		Shown: []Shown{{0, strip.From, strip.To.Add(-2 * time.Second), "d", "r", []string{"II"}}},
	}}
	status, got := post(t, s, "application/json; charset=utf-8", asked)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, question("Where?", strip), s.asked)
	require.Len(t, got, 3)
	require.Equal(t, Line{Text: "1.0s-2.0s"}, got[1])
	last := got[2]
	require.True(t, last.Done)
	require.Equal(t, "Duration: 1.0s-2.0s", last.Answer)
	require.Equal(t, []SpanLine{{0, "2026-03-01T12:00:01.000Z", "2026-03-01T12:00:02.000Z", "V", .8}}, last.Spans)
	require.InDelta(t, .9, *last.Confidence, 1e-9)
	require.Equal(t, []LeftLine{{0, "2026-03-01T12:00:08.000Z", "2026-03-01T12:00:10.000Z"}}, last.LeftOut)

	status, _ = post(t, s, "application/json", `{"question":"And then?","conversation":"`+last.Conversation+`"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []Turn{{"Where?", "Duration: 1.0s-2.0s"}, {"And then?", ""}}, s.asked.Turns)
	require.Equal(t, []Strip{strip}, s.asked.Strips)
	status, _ = post(t, s, "application/json", strings.Replace(asked, "{", `{"conversation":"`+last.Conversation+`",`, 1))
	require.Equal(t, http.StatusOK, status, "the same strips may be named")
	status, got = post(t, s, "application/json", strings.Replace(strings.Replace(asked, ":10.000Z", ":11.000Z", 1), "{", `{"conversation":"`+last.Conversation+`",`, 1))
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "the conversation is about other strips", got[0].Error)
}

func TestHandlerTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		kind, body, want string
	}{
		{"text/plain", asked, "Content-Type"},
		{"application/json", "{", "cannot be read"},
		{"application/json", asked + "1", "something follows"},
		{"application/json", `{"text":"V"}`, `unknown field "text"`},
		{"application/json", `{"question":"V"}`, "0 strips"},
		{"application/json", `{"question":"V","conversation":"?"}`, "no conversation's id"},
		{"application/json", `{"question":"V","conversation":"e30"}`, "another patient"},
	} {
		s := &scripted{}
		status, got := post(t, s, c.kind, c.body)
		require.Equal(t, http.StatusBadRequest, status, c.body)
		require.Len(t, got, 1)
		require.Contains(t, got[0].Error, c.want)
		require.NotEmpty(t, got[0].Remedy)
		require.Empty(t, s.asked.Turns, "it is not asked")
	}
	status, got := post(t, &scripted{err: problem(Nobody, "wait", "nobody")}, "application/json", asked)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, []Line{{Error: "nobody", Remedy: "wait"}}, got)
	status, got = post(t, &scripted{pieces: []string{"a"}, err: problem(Late, "wait", "late")}, "application/json", asked)
	require.Equal(t, http.StatusOK, status, "it had begun")
	require.Equal(t, []Line{{Text: "a"}, {Error: "late", Remedy: "wait"}}, got)
}

func FuzzConversation(f *testing.F) {
	q := question("V", between(0, time.Second))
	f.Add(q.Conversation(Answer{Text: "No.", Strips: q.Strips}))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, id string) {
		on, err := question("A").continued(id)
		if err != nil {
			require.Equal(t, Invalid, reason(t, err))
			return
		}
		if on.check() == nil {
			require.Equal(t, patient, on.Patient)
			require.LessOrEqual(t, len(on.Turns), MostTurns)
		}
	})
}
