package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/fhir"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/summary"
)

// shows are the choices of --strips.
var shows = map[string]fhir.Show{"key": fhir.ShowKey, "events": fhir.ShowEvents, "all": fhir.ShowAll}

func (f exportFlags) checkFHIR() error {
	if _, ok := shows[f.strips]; !ok {
		return fmt.Errorf("--strips: %q is none of key, events and all", f.strips)
	}
	if u, err := url.Parse(f.patientSystem); err != nil || u.Scheme == "" {
		return fmt.Errorf("--patient-system: %q is no URI such as https://hospital.example/patients or urn:oid:1.2.3", f.patientSystem)
	}
	if forms[filepath.Ext(f.report)] == "" && f.report != "" {
		return fmt.Errorf("--report: %q ends neither in .pdf nor in .html", f.report)
	}
	if f.signalOnly && f.strips != "all" {
		return errors.New("--signal-only leaves no findings that strips could show: give --strips all with it")
	}
	return nil
}

func (a *App) exportFHIR(ctx context.Context, f exportFlags, kept *archive.Archive, s fhir.Study) error {
	s.Made, s.Show = a.Clock.Now(), shows[f.strips]
	var err error
	if s.Form, err = readForm(f.report); err != nil {
		return err
	}
	if !f.signalOnly {
		if err := a.readStudy(ctx, f.influx, kept, &s); err != nil {
			return err
		}
	}
	if len(s.Stretches) == 0 && len(s.Events) == 0 {
		return fmt.Errorf("there is neither signal nor an event of patient %q from %s to %s: check the name and the times",
			f.patient, s.From.UTC().Format(time.RFC3339), s.To.UTC().Format(time.RFC3339))
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the files: %w; name another with --out", err)
	}
	path := filepath.Join(f.out, exchange.PlainName(f.patient)+"_"+s.From.UTC().Format("20060102_150405")+".fhir.json")
	strips, err := a.writeStudy(ctx, path, &s)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %s to %s, %d of %d findings, %d strips\n", path,
		s.From.UTC().Format(eventTime), s.To.UTC().Format(eventTime), len(s.Findings()), len(s.Events), strips)
	return err
}

// readStudy reads the events, what was decided about them, and the numbers.
func (a *App) readStudy(ctx context.Context, address string, kept *archive.Archive, s *fhir.Study) error {
	store, err := a.answeringStore(ctx, address, withoutEvents)
	if err != nil {
		return err
	}
	defer store.Close()
	for e, err := range store.QueryEvents(ctx, influx.InPeriod(s.Patient, s.From, s.To)) {
		if err != nil {
			return err
		}
		s.Events = append(s.Events, e)
	}
	reviews, err := store.QueryReviews(ctx, s.Patient, s.From.Add(-influx.LongestEpisode), s.To)
	if err != nil {
		return err
	}
	s.Reviews = influx.Newest(reviews)
	var bar *bar
	sum, err := summary.Read(ctx, summary.Sources{Store: store, Signal: kept}, summary.Period{Patient: s.Patient, From: s.From, To: s.To},
		func(done, total time.Duration) {
			if bar == nil {
				bar = a.newBar(int(total.Seconds()), "beats", "seconds")
			}
			bar.set(int(done.Seconds()), "")
		})
	if bar != nil {
		bar.end()
	}
	s.Summary = &sum
	return err
}

// writeStudy writes the bundle and tells how many strips it has.
func (a *App) writeStudy(ctx context.Context, path string, s *fhir.Study) (strips int, err error) {
	err = intoFile(path, func(out io.Writer) error {
		var bar *bar
		err := s.Write(out, func(done, of int) error {
			if bar == nil {
				bar = a.newBar(of, "strips", "strips")
			}
			bar.set(done, "")
			strips = done
			return ctx.Err()
		})
		if bar != nil {
			bar.end()
		}
		return err
	})
	return strips, err
}

// forms are the reports that can be attached, by the file's extension.
var forms = map[string]string{".pdf": "application/pdf", ".html": "text/html"}

func readForm(path string) (*fhir.Form, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w; make one with holter report", err)
	}
	return &fhir.Form{ContentType: forms[filepath.Ext(path)], Title: filepath.Base(path), Data: data}, nil
}
