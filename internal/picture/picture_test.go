package picture

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"math"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// svg is what a test asks of a vector graphic.
type svg struct {
	Width  string `xml:"width,attr"`
	Height string `xml:"height,attr"`
	paths  []path
	texts  []string
}

// path is a path's style, and its box in millimetres from the left and the bottom.
type path struct {
	style                    string
	left, bottom, right, top float64
	points                   int
}

var (
	commands = regexp.MustCompile(`[A-Z][^A-Z]*`)
	number   = regexp.MustCompile(`-?[0-9.]+(?:e-?[0-9]+)?`)
)

func drawSVG(t *testing.T, d Drawing) svg {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, SVG(&b, d))
	var out svg
	decoder := xml.NewDecoder(&b)
	text := ""
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range token.Attr {
				attr[a.Name.Local] = a.Value
			}
			switch token.Name.Local {
			case "svg":
				out.Width, out.Height = attr["width"], attr["height"]
			case "path":
				out.paths = append(out.paths, box(t, attr["style"], attr["d"]))
			}
			text = ""
		case xml.CharData:
			text += string(token)
		case xml.EndElement:
			if token.Name.Local == "text" {
				out.texts = append(out.texts, text)
			}
		}
	}
	require.NotEmpty(t, out.paths)
	return out
}

func box(t *testing.T, style, d string) path {
	t.Helper()
	p := path{style: style, left: math.Inf(1), bottom: math.Inf(1), right: math.Inf(-1), top: math.Inf(-1)}
	for _, command := range commands.FindAllString(d, -1) {
		values := number.FindAllString(command, -1)
		if len(values) < 2 {
			continue // Z
		}
		end := values[len(values)-2:] // an arc has other numbers before
		x, errX := strconv.ParseFloat(end[0], 64)
		y, errY := strconv.ParseFloat(end[1], 64)
		require.NoError(t, errX)
		require.NoError(t, errY)
		x, y = x/float64(mm), y/float64(mm)
		p.left, p.right = min(p.left, x), max(p.right, x)
		p.bottom, p.top = min(p.bottom, y), max(p.top, y)
		p.points++
	}
	return p
}

// filled are the paths filled with a colour, whatever its opacity.
func (s svg) filled(c color.NRGBA) []path { return s.with("fill", c) }

func (s svg) stroked(c color.NRGBA) []path { return s.with("stroke", c) }

func (s svg) with(property string, c color.NRGBA) []path {
	find := regexp.MustCompile(`(?:^|;)\s*` + property + `:\s*#([0-9A-Fa-f]{6})`)
	var out []path
	for _, p := range s.paths {
		m := find.FindStringSubmatch(p.style)
		if m == nil {
			continue
		}
		rgb, _ := strconv.ParseUint(m[1], 16, 32)
		near := func(shift int, v uint8) bool { return math.Abs(float64(rgb>>shift&0xff)-float64(v)) <= 3 } // opacity costs digits
		if near(16, c.R) && near(8, c.G) && near(0, c.B) {
			out = append(out, p)
		}
	}
	return out
}

func drawPNG(t *testing.T, d Drawing) image.Image {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, PNG(&b, d))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	return img
}

// at is the colour at millimetres from the upper left corner.
func at(img image.Image, x, y float64) color.NRGBA {
	const perMM = DPI / 25.4
	return color.NRGBAModel.Convert(img.At(int(x*perMM), int(y*perMM))).(color.NRGBA)
}

// spike is ten seconds of nothing but one spike of 1 mV at a second.
func spike(name string, second float64) ecg.Lead {
	samples := make([]float32, 1000)
	samples[int(second*100)] = 1
	return ecg.Lead{Name: name, Samples: samples}
}

func sample() Strip {
	return Strip{
		Title: "119 from sample 1", Note: "IoU 0.50", Rate: 100, From: 20,
		Leads: []ecg.Lead{spike("MLII", 3), spike("V1", 7)},
		Rows: []Row{
			{Label: "expert", Colour: Blue, Spans: localize.Spans{{Start: 2, End: 4}, {Start: 9, End: 12}}},
			{Label: "answer", Colour: Orange, Spans: localize.Spans{{Start: 2.5, End: 4}, {Start: -3, End: -1}}, Shade: true},
		},
	}
}

func millimetres(l vg.Length) float64 { return float64(l / mm) }

func TestTheSpansOfAStripAreDrawnWhereTheyBelong(t *testing.T) {
	out := drawSVG(t, sample())
	requireSpan := func(p path, from, to, height float64) {
		t.Helper()
		require.InDelta(t, 16+25*from, p.left, 0.01)
		require.InDelta(t, 16+25*to, p.right, 0.01)
		require.InDelta(t, height, p.top-p.bottom, 0.01)
	}
	expert := out.filled(Blue)
	require.Len(t, expert, 2)
	requireSpan(expert[0], 2, 4, 2.4)
	requireSpan(expert[1], 9, 10, 2.4)

	answer := out.filled(Orange)
	require.Len(t, answer, 2, "a tint over the ECG and a bar; what lies outside is not drawn")
	requireSpan(answer[0], 2.5, 4, 40)
	requireSpan(answer[1], 2.5, 4, 2.4)
	require.Less(t, answer[1].top, expert[0].bottom, "the answer stands under the expert's")
	require.Less(t, expert[0].top, answer[0].bottom, "both under the ECG")

	require.Subset(t, out.texts, []string{"119 from sample 1", "IoU 0.50 · 25 mm/s, 10 mm/mV", "MLII", "V1", "expert", "answer", "20 s", "30 s", "1 mV"})
	width, height := sample().Size()
	require.InDelta(t, 16+250+3, millimetres(width), 1e-9)
	require.InDelta(t, 7+20+20+2*4.5+6, millimetres(height), 1e-9)
	require.Equal(t, "762.52pt", out.Width, "269 mm: its real size")
}

func TestTheAxisSaysTheTimeOfDay(t *testing.T) {
	strip := sample()
	strip.Start = time.Date(2026, 3, 1, 23, 59, 57, 250e6, time.FixedZone("CET", 3600))
	out := drawSVG(t, strip)
	require.Subset(t, out.texts, []string{"23:59:58", "23:59:59", "00:00:00", "00:00:07"})
	require.NotContains(t, out.texts, "20 s")
	require.NotContains(t, out.texts, "23:59:57", "it is before the first sample")
	require.NotContains(t, out.texts, "00:00:08", "it is after the last")
}

func TestTheTraceHasThePapersScale(t *testing.T) {
	out := drawSVG(t, sample())
	var traces []path
	for _, p := range out.stroked(ink) {
		if p.points > 100 {
			traces = append(traces, p)
		}
	}
	require.Len(t, traces, 2)
	for _, p := range traces {
		require.InDelta(t, 10, p.top-p.bottom, 0.01, "1 mV")
		require.InDelta(t, 25*9.99, p.right-p.left, 0.01)
	}
	require.Greater(t, traces[0].bottom, traces[1].top, "the first lead is above the second")
}

func TestPNGShowsTheSame(t *testing.T) {
	img := drawPNG(t, sample())
	require.Equal(t, image.Rect(0, 0, 1589, 366), img.Bounds())
	const rows = 7 + 40 // from the top
	require.Equal(t, Blue, at(img, 16+25*3, rows+2.25))
	require.NotEqual(t, Blue, at(img, 16+25*5, rows+2.25))
	require.Equal(t, Orange, at(img, 16+25*3, rows+4.5+2.25))
	require.NotEqual(t, Orange, at(img, 16+25*2.2, rows+4.5+2.25))

	dark := func(x, y float64) bool {
		for dx := -0.4; dx <= 0.4; dx += 0.1 {
			if c := at(img, x+dx, y); int(c.R)+int(c.G)+int(c.B) < 300 {
				return true
			}
		}
		return false
	}
	require.True(t, dark(16+25*3, 7+10), "the first lead's spike")
	require.True(t, dark(16+25*7, 7+30), "the second lead's")
	require.False(t, dark(16+25*7, 7+10))
}

func TestGapsAndLeadsWithoutSignal(t *testing.T) {
	s := Strip{Rate: 100, Leads: []ecg.Lead{spike("II", 3), {Name: "V1", Samples: make([]float32, 1000)}}}
	nan := float32(math.NaN())
	for i := range 1000 {
		s.Leads[1].Samples[i] = nan
	}
	for i := 400; i < 600; i++ {
		s.Leads[0].Samples[i] = nan
	}
	var traces []path
	for _, p := range drawSVG(t, s).stroked(ink) {
		if p.points > 100 {
			traces = append(traces, p)
		}
	}
	require.Len(t, traces, 2, "before and after the gap; of no signal nothing")
	require.InDelta(t, 16+25*3.99, traces[0].right, 0.01)
	require.InDelta(t, 16+25*6, traces[1].left, 0.01)
}

func TestWhatIsTooHighIsCutOff(t *testing.T) {
	lead := spike("II", 3)
	lead.Samples[300] = 20
	out := drawSVG(t, Strip{Rate: 100, Leads: []ecg.Lead{lead}})
	for _, p := range out.stroked(ink) {
		require.LessOrEqual(t, p.top-p.bottom, 60.01)
	}
	require.Equal(t, 60*mm, spread(lead).height)
	require.InDelta(t, 2.75, spread(lead).middle, 1e-9, "the baseline stays in sight")
}

func TestAPageHasItsSectionsInOrder(t *testing.T) {
	page := Page{Title: "Answers", Sections: []Section{{"Right", []Strip{sample()}}, {"Missed", []Strip{sample(), sample()}}}}
	out := drawSVG(t, page)
	expert := out.filled(Blue)
	require.Len(t, expert, 6)
	require.Greater(t, expert[0].bottom, expert[2].top)
	require.Greater(t, expert[2].bottom, expert[4].top)
	require.Subset(t, out.texts, []string{"Answers", "Right", "Missed"})
	_, height := page.Size()
	require.InDelta(t, 2*8+10+2*9+3*(62+4), millimetres(height), 1e-9)
	require.Positive(t, expert[4].bottom)
}

func TestBars(t *testing.T) {
	out := drawSVG(t, Bars{Title: "IoU", Axis: "mean", Names: []string{"101", "119", "223"}, Series: []Series{
		{"V", []float64{1, 0.5, 0.25}}, {"A", []float64{0.75, math.NaN(), 1}},
	}})
	bars := func(c color.NRGBA) []path {
		all := out.filled(c)
		require.Greater(t, len(all), 3)
		var out []path
		for _, p := range all {
			if p.right-p.left > 2.5 && p.right-p.left < 2.9 {
				out = append(out, p)
			}
		}
		return out
	}
	v, a := bars(Blue), bars(Orange)
	require.Len(t, v, 3)
	height := func(p path) float64 { return p.top - p.bottom }
	require.InDelta(t, height(v[0])/2, height(v[1]), 0.01)
	require.InDelta(t, height(v[0])/4, height(v[2]), 0.01)
	require.InDelta(t, height(v[0]), height(a[2]), 0.01)
	require.Zero(t, height(a[1]), "no bar")
	require.Less(t, v[0].right, a[0].left, "side by side")
	require.Less(t, a[0].right, v[1].left)
	require.Subset(t, out.texts, []string{"IoU", "mean", "101", "119", "223", "V", "A"})
}

func TestReliability(t *testing.T) {
	out := drawSVG(t, Reliability{Panels: []Panel{
		{"V", []Bin{{From: 0, To: 0.5}, {From: 0.5, To: 1, Confidence: 0.75, Right: 0.6, Answers: 5}}},
		{"A", []Bin{{From: 0.5, To: 1, Confidence: 0.9, Right: 1, Answers: 100}}},
	}})
	points := out.filled(Orange)
	require.Len(t, points, 2, "an empty bin has no point")
	boxes := out.filled(Blue)
	require.Len(t, boxes, 2)
	require.InDelta(t, (boxes[0].left+boxes[0].right)/2, (points[0].left+points[0].right)/2, 0.01)
	require.InDelta(t, boxes[0].top, (points[0].bottom+points[0].top)/2, 0.01, "the point sits on its box")
	require.InDelta(t, 0.6, (boxes[0].top-boxes[0].bottom)/(boxes[1].top-boxes[1].bottom), 0.02, "axes leave a little room for large points")
	require.Less(t, boxes[0].right, boxes[1].left, "panels stand side by side")
	require.Subset(t, out.texts, []string{"V", "A", "confidence", "share of right answers"})
}

func TestSaveSaysWhatIsWrong(t *testing.T) {
	require.ErrorContains(t, Save(t.TempDir()+"/none/x", sample()), "none")
	dir := t.TempDir()
	require.NoError(t, Save(dir+"/x", sample()))
	require.FileExists(t, dir+"/x.svg")
	require.FileExists(t, dir+"/x.png")
}
