package analyzer

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	testRate  = 250.
	chunkSize = 250 // samples: 1 s
)

// began is when the test recordings begin.
var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tape is a made recording whose beats are known. Beside lead II it carries its
// number in lead V5 and, in lead V6, the time since its beginning: 1 mV for a
// second. From these the oracle knows which stretch it is asked about.
type tape struct {
	number                     int
	patient, device, recording string
	seconds                    float64
	beats                      []localize.BeatAt
	leads                      [3][]int32
	located                    localize.Spans // what the oracle answers about ST conditions, s
}

const (
	gainII   = 200.
	gainTime = 10000.
)

func makeTape(number int, seconds float64) *tape {
	name := string(rune('a' + number))
	t := &tape{number: number, patient: "patient-" + name, device: "device-" + name, recording: "rec-" + name, seconds: seconds}
	r := rand.New(rand.NewPCG(uint64(number), 7))
	premature := false
	for at := .4; at < seconds; {
		symbol := "N"
		if premature {
			symbol = "V"
		}
		t.beats = append(t.beats, localize.BeatAt{Time: at, Symbol: symbol})
		next := r.Float64() < .2
		switch {
		case next && premature: // a couplet or run
			at += .45
		case next:
			at += .5 + .05*r.Float64()
		case premature: // compensatory pause
			at += 1.1
		default:
			at += .75 + .1*r.Float64()
		}
		premature = next
	}
	n := int(seconds * testRate)
	for i := range t.leads {
		t.leads[i] = make([]int32, n)
	}
	signal := make([]float64, n)
	for _, b := range t.beats {
		addBeat(signal, b)
	}
	for i := range n {
		t.leads[0][i] = int32(math.Round(gainII * signal[i]))
		t.leads[1][i] = int32(gainTime) * int32(number)
		t.leads[2][i] = int32(math.Round(gainTime * float64(i) / testRate))
	}
	return t
}

func addBeat(signal []float64, b localize.BeatAt) {
	height, width := 1., .012
	if b.Symbol == "V" {
		height, width = -1.4, .03
	}
	for i := range 125 {
		at := int(b.Time*testRate) + i - 62
		if at >= 0 && at < len(signal) {
			d := float64(at)/testRate - b.Time
			signal[at] += height * math.Exp(-d*d/(2*width*width))
		}
	}
}

// count is the number of beats with the symbol.
func (t *tape) count(symbol string) int {
	n := 0
	for _, b := range t.beats {
		if b.Symbol == symbol {
			n++
		}
	}
	return n
}

// chunk is the tape's signal from one sample to another.
func (t *tape) chunk(sequence uint64, from, to int) *holterv1.SampleChunk {
	c := &holterv1.SampleChunk{
		Device: t.device, Recording: t.recording, Sequence: sequence, SamplingRateHz: testRate,
		StartTimeNs:    began.Add(time.Duration(float64(from) / testRate * float64(time.Second))).UnixNano(),
		EndOfRecording: to == len(t.leads[0]),
	}
	for i, lead := range []string{"II", "V5", "V6"} {
		gain := gainTime
		if i == 0 {
			gain = gainII
		}
		c.Leads = append(c.Leads, &holterv1.LeadSamples{Name: lead, Gain: gain, Samples: t.leads[i][from:to]})
	}
	return c
}

// chunks is all of the tape, a second at a time.
func (t *tape) chunks() []*holterv1.SampleChunk { return t.chunksOf(chunkSize) }

// chunksOf is all of the tape, so many samples at a time.
func (t *tape) chunksOf(size int) []*holterv1.SampleChunk {
	var chunks []*holterv1.SampleChunk
	for from := 0; from < len(t.leads[0]); from += size {
		chunks = append(chunks, t.chunk(uint64(len(chunks)), from, min(from+size, len(t.leads[0]))))
	}
	return chunks
}

// record is a chunk as ingest forwards it when its last sample is measured.
func (t *tape) record(c *holterv1.SampleChunk) kafka.Message {
	value, err := proto.Marshal(c)
	if err != nil {
		panic(err)
	}
	m := kafka.SampleMessage(t.patient, t.device, value)
	m.Time = time.Unix(0, c.GetStartTimeNs()).Add(time.Duration(float64(len(c.GetLeads()[0].GetSamples())) / testRate * float64(time.Second)))
	return m
}

// oracle answers from the tapes' annotations.
type oracle struct {
	tapes []*tape
	// err is returned instead, when it is set.
	err func() error
	// wobble moves the spans' borders, differently each time.
	wobble func() float64
	// missed are beats that it takes for normal, though not surely.
	missed func(localize.BeatAt) bool
	asked  func(requests int)
}

func (o *oracle) Info() model.Info {
	return model.Info{Name: "oracle", Version: "1", Conditions: localize.Conditions[:2]}
}

func (o *oracle) Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error) {
	if o.err != nil {
		if err := o.err(); err != nil {
			return nil, err
		}
	}
	if o.asked != nil {
		o.asked(len(requests))
	}
	answers := make([]model.Answer, len(requests))
	for i, r := range requests {
		turn := r.Turns[0]
		answers[i] = o.answer(turn.Question, turn.ECGs[0])
	}
	return answers, ctx.Err()
}

func (o *oracle) answer(question string, clip *window.Clip) model.Answer {
	c, ok := localize.ParseQuestion(question)
	if !ok {
		return model.Answer{Text: "It is an ECG.", Confidence: .5}
	}
	v5, v6 := clip[slot("V5")], clip[slot("V6")]
	middle := len(v6) / 2
	from := float64(v6[middle]) - float64(middle)/window.Rate
	t := o.tapes[int(math.Round(float64(v5[middle])))]
	to := from + float64(clip.Len())/window.Rate
	spans := localize.BeatSpans(o.seen(t.beats), c, from, to)
	if c.Kind == localize.ST {
		spans = t.located.Clip(from, to).Shift(-from)
	}
	for i := range spans {
		spans[i].Confidence = .9
		if o.wobble != nil {
			spans[i].Start = max(0, spans[i].Start+o.wobble())
			spans[i].End += o.wobble()
		}
	}
	heat := make([]float32, clip.Len()/5) // 50 ms each
	for _, b := range t.beats {
		if i := int(20 * (b.Time - from)); b.Time >= from && i < len(heat) && c.HasSymbol(b.Symbol) {
			heat[i] = 1
			if o.missed != nil && o.missed(b) {
				heat[i] = .1
			}
		}
	}
	return model.Answer{Text: localize.Format(c, spans), Confidence: .9, Spans: spans, Condition: c, Localized: true, Heat: heat}
}

// seen are the beats as it takes them.
func (o *oracle) seen(beats []localize.BeatAt) []localize.BeatAt {
	if o.missed == nil {
		return beats
	}
	beats = slices.Clone(beats)
	for i, b := range beats {
		if o.missed(b) {
			beats[i].Symbol = "N"
		}
	}
	return beats
}

func slot(lead string) ecg.Slot {
	s, err := ecg.ParseLead(lead)
	if err != nil {
		panic(err)
	}
	return s
}

func TestTapeTellsTheOracleWhereItIs(t *testing.T) {
	tapes := []*tape{makeTape(0, 30), makeTape(1, 30)}
	r := newRecording(key{"p", "d", "r"}, window.Config{}, "m")
	var windows []window.Window
	for i, c := range tapes[1].chunks() {
		_, chunk, refused := parse(tapes[1].record(c))
		require.Nil(t, refused)
		more, err := r.push(chunk, int64(i))
		require.NoError(t, err)
		windows = append(windows, more...)
	}
	require.NotEmpty(t, windows)
	v, _ := localize.ByCode("V")
	for _, w := range windows {
		from := w.Start.Sub(began).Seconds()
		want := localize.BeatSpans(tapes[1].beats, v, from, from+float64(w.Clip.Len())/window.Rate)
		got := (&oracle{tapes: tapes}).answer(localize.Question(v), w.Clip)
		require.Len(t, got.Spans, len(want))
		for i := range want {
			require.InDelta(t, want[i].Start, got.Spans[i].Start, .11)
		}
	}
}
