package analyzer

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/pkg/localize"
)

// Whichever of two analyzers has a patient answers, also after it has taken over.
func TestTwoAnalyzersAnswerAboutTheirPatients(t *testing.T) {
	var tapes []*tape
	var early, late []kafka.Message
	for i := range 4 {
		tapes = append(tapes, makeTape(i, 40))
		for n, c := range tapes[i].chunks() {
			if n < 20 {
				early = append(early, tapes[i].record(c))
			} else {
				late = append(late, tapes[i].record(c))
			}
		}
	}
	cfg, client := brokerOn(t)
	cfg.Archive.Folder = t.TempDir() // an empty archive
	write := func(records []kafka.Message) {
		slices.SortStableFunc(records, func(a, b kafka.Message) int { return a.Time.Compare(b.Time) })
		require.NoError(t, client.NewWriter().Write(t.Context(), kafka.TopicSamples, records...))
	}
	w := newWorld()
	analysed := func(until float64) { // of every patient
		require.True(t, eventually(func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			reached := map[string]bool{}
			for _, analysed := range w.windows {
				if analysed.To.Sub(began).Seconds() >= until {
					reached[analysed.Patient] = true
				}
			}
			return len(reached) == len(tapes)
		}))
	}
	asker := questions.NewAsker(client, cfg.Kafka.Partitions)
	pvc, _ := localize.ByCode("V")
	ask := func(about *tape, q questions.Strip) (questions.Answer, error) {
		return asker.Ask(t.Context(), questions.Question{Patient: about.patient, Strips: []questions.Strip{q}, Turns: []questions.Turn{{Question: "V"}}}, within, nil)
	}
	located := func(about *tape, from, to float64) {
		strip := questions.Strip{From: began.Add(time.Duration(from * 1e9)), To: began.Add(time.Duration(to * 1e9))}
		require.True(t, eventually(func() bool { // a partition may be changing hands
			answer, err := ask(about, strip)
			if err != nil {
				t.Log(err)
				return false
			}
			if left := answer.LeftOut(); len(left) > 0 { // the one that takes over has not read so far yet
				t.Log(about.patient, answer.Text, left)
				return false
			}
			want := localize.BeatSpans(about.beats, pvc, from, to)
			require.Len(t, answer.Spans, len(want), "%s: %s", about.patient, answer.Text)
			for i, s := range want {
				require.InDelta(t, s.Start, answer.Spans[i].From.Sub(began).Seconds()-from, .11)
				require.InDelta(t, s.End, answer.Spans[i].To.Sub(began).Seconds()-from, .11)
			}
			return true
		}))
	}

	stopA, endedA := begin(t, cfg, w, options{model: &oracle{tapes: tapes}})
	begin(t, cfg, w, options{model: &oracle{tapes: tapes}})
	write(early)
	analysed(14) // the middle of two windows' overlap
	for _, about := range tapes {
		located(about, 5, 15)
	}
	stopA()
	<-endedA
	write(late)
	analysed(40)
	for _, about := range tapes {
		located(about, 25, 38)
	}
	_, err := ask(tapes[0], questions.Strip{From: began.Add(time.Hour), To: began.Add(time.Hour + time.Second)})
	require.ErrorContains(t, err, "has no signal")
	require.ErrorContains(t, err, "the newest signal ends at 2026-03-01T12:00:40Z")
}
