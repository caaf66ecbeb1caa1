package localize_test

import (
	"fmt"
	"time"

	"github.com/holterd/holter/pkg/localize"
)

func ExampleParseQuestion() {
	c, ok := localize.ParseQuestion("can you locate the premature ventricular contraction on this ECG")
	fmt.Println(c.Code, ok)
	_, ok = localize.ParseQuestion("What is the heart rate?")
	fmt.Println(ok)
	// Output:
	// V true
	// false
}

func ExampleParse() {
	spans, err := localize.Parse("Duration: 1.9s-3.1s, 6.8s-8.1s")
	fmt.Printf("%d spans, %.1f s, %v\n", len(spans), spans.Total(), err)
	spans, err = localize.Parse("No Premature ventricular contraction Found")
	fmt.Println(len(spans), err)
	_, err = localize.Parse("Duration: 3.1s-1.9s")
	fmt.Println(err)
	// Output:
	// 2 spans, 2.5 s, <nil>
	// 0 <nil>
	// unreadable answer: "Duration: 3.1s-1.9s": span "3.1s-1.9s" does not end after its start
}

func ExampleBeatSpans() {
	pvc, _ := localize.ByCode("V")
	beats := []localize.BeatAt{{Time: 0.5, Symbol: "N"}, {Time: 1.3, Symbol: "N"}, {Time: 1.8, Symbol: "V"}, {Time: 3, Symbol: "N"}}
	fmt.Println(localize.Format(pvc, localize.BeatSpans(beats, pvc, 0, 10)))
	// Output: Duration: 1.3s-3.0s
}

func ExampleIoU() {
	fmt.Println(localize.IoU("Duration: 1.0s-3.0s", "Duration: 2.0s-4.0s, 2.0s-4.0s"))
	// Output: 0.3333333333333333
}

func ExampleStitcher() {
	pvc, _ := localize.ByCode("V")
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	s := localize.NewStitcher("patient-1", "patch-7", "rec-1", "holter-small 0.1.0")

	// Two windows of ten seconds see the same beat at 7.9 s; their seam is at 8 s.
	for _, w := range []struct {
		from, seam, to int
		answer         string
		beats          []time.Time
	}{
		{0, 0, 8, "Duration: 7.2s-9.0s", []time.Time{at(6400), at(7200), at(7900), at(9000)}},
		{6, 8, 14, "Duration: 1.2s-3.0s", []time.Time{at(6400), at(7210), at(8010), at(9000), at(9900), at(10800)}},
	} {
		spans, err := localize.Parse(w.answer)
		if err != nil {
			fmt.Println(err)
			return
		}
		events := s.Add(pvc, localize.Seen{
			Start: at(w.from * 1000), End: at(w.from*1000 + 10000), CoreFrom: at(w.seam * 1000), CoreTo: at(w.to * 1000),
			Spans: spans, Beats: w.beats, Answer: w.answer,
		})
		for _, e := range events {
			fmt.Println(e.ID[:8], e.Start.Format("05.000"), e.End.Format("05.000"), e.Beats, "beats", len(e.NewBeats), "new, open:", e.Open)
		}
	}
	// Output:
	// d026e998 07.200 09.000 1 beats 1 new, open: true
	// d026e998 07.200 09.000 1 beats 0 new, open: false
}
