package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

type eventsFlags struct {
	patient, kind, since, until, influx string
	json                                bool
}

func (a *App) eventsCommand() *cobra.Command {
	var f eventsFlags
	command := &cobra.Command{
		Use:   "events",
		Short: "List the stored events",
		Long: `List the events that are stored in InfluxDB, ordered by their start.

--json prints one JSON object per line: id, patient, device, kind, start, end,
confidence, beats, question, answer, model; of ST events also st_evidence
(model, signal or both), st_peak_uv, st_lead and st_peak_time; of reviewed events
also review (verdict, kind if relabelled, by, at, note). Without it, a table for people; its
times are UTC.

An ST event is certain when the model located it and the signal was measured to
show it: at least 100 µV against the patient's own baseline for 60 s.`,
		Example: `  holter events --since 24h
  holter events --patient chest-1 --kind V --since 2026-01-31T00:00:00Z --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.events(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.patient, "patient", "", "only of the patient `ID`")
	flags.StringVar(&f.kind, "kind", "", "only of the kind `CODE`: V, A, L, R, …")
	flags.StringVar(&f.since, "since", "", "only that start at or after `T`: RFC 3339, or a duration like 24h (so long ago)")
	flags.StringVar(&f.until, "until", "", "only that start before `T`")
	flags.BoolVar(&f.json, "json", false, "print JSON lines")
	influxFlag(flags, &f.influx)
	a.configFlag(command)
	return command
}

func (a *App) events(ctx context.Context, f eventsFlags) error {
	filter := influx.Filter{Patient: f.patient, Kind: f.kind}
	for _, bound := range []struct {
		flag, text string
		at         *time.Time
	}{{"--since", f.since, &filter.Since}, {"--until", f.until, &filter.Until}} {
		if bound.text == "" {
			continue
		}
		t, err := parseInstant(bound.text, a.Clock.Now())
		if err != nil {
			return asUsage(fmt.Errorf("%s: %w", bound.flag, err))
		}
		*bound.at = t
	}
	store, err := a.answeringStore(ctx, f.influx, ", holter up starts one")
	if err != nil {
		return err
	}
	defer store.Close()
	reviews, err := store.QueryReviews(ctx, filter.Patient, filter.Since, filter.Until)
	if err != nil {
		return err
	}
	events, newest := store.QueryEvents(ctx, filter), influx.Newest(reviews)
	if f.json {
		return printJSON(a.Out, events, newest)
	}
	return printTable(a.Out, events, newest)
}

// jsonEvent is a line of `holter events --json`.
type jsonEvent struct {
	ID         string      `json:"id"`
	Patient    string      `json:"patient"`
	Device     string      `json:"device"`
	Kind       string      `json:"kind"`
	Start      string      `json:"start"`
	End        string      `json:"end"`
	Confidence float64     `json:"confidence"`
	Beats      int         `json:"beats"`
	Question   string      `json:"question"`
	Answer     string      `json:"answer"`
	Model      string      `json:"model"`
	Evidence   string      `json:"st_evidence,omitempty"`
	STPeak     *int        `json:"st_peak_uv,omitempty"`
	STLead     string      `json:"st_lead,omitempty"`
	STPeakAt   string      `json:"st_peak_time,omitempty"`
	Review     *jsonReview `json:"review,omitempty"`
}

// jsonReview is the newest decision about an event.
type jsonReview struct {
	Verdict influx.Verdict `json:"verdict"`
	Kind    string         `json:"kind,omitempty"`
	By      string         `json:"by"`
	At      string         `json:"at"`
	Note    string         `json:"note,omitempty"`
}

// Times of events are given to the millisecond.
const eventTime = "2006-01-02T15:04:05.000Z07:00"

func printJSON(w io.Writer, events iter.Seq2[localize.Event, error], reviews map[string]influx.Review) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	for e, err := range events {
		if err != nil {
			return err
		}
		line := jsonEvent{
			ID: e.ID, Patient: e.Patient, Device: e.Device, Kind: e.Kind,
			Start: e.Start.UTC().Format(eventTime), End: e.End.UTC().Format(eventTime),
			Confidence: e.Confidence, Beats: e.Beats, Question: e.Question, Answer: e.Answer, Model: e.Model,
			Evidence: e.Evidence.String(), STLead: e.STLead,
		}
		if e.STLead != "" {
			line.STPeak = &e.STPeak
			if !e.STPeakAt.IsZero() {
				line.STPeakAt = e.STPeakAt.UTC().Format(eventTime)
			}
		}
		if r, ok := reviews[e.ID]; ok {
			line.Review = &jsonReview{Verdict: r.Verdict, Kind: r.Kind, By: r.By, At: r.At.UTC().Format(eventTime), Note: r.Note}
		}
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("print events: %w", err)
		}
	}
	return out.Flush()
}

func printTable(w io.Writer, events iter.Seq2[localize.Event, error], reviews map[string]influx.Review) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "START\tLENGTH\tPATIENT\tDEVICE\tKIND\tBEATS\tCONFIDENCE\tST\tREVIEW\tANSWER")
	for e, err := range events {
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s\t%.1fs\t%s\t%s\t%s\t%d\t%.2f\t%s\t%s\t%s\n", e.Start.UTC().Format(eventTime),
			e.End.Sub(e.Start).Seconds(), e.Patient, e.Device, e.Kind, e.Beats, e.Confidence, e.STText(), verdictText(reviews[e.ID]), e.Answer)
	}
	return out.Flush()
}

// verdictText is a review in a table: "relabelled A by night-shift".
func verdictText(r influx.Review) string {
	if r.Verdict == "" {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", r.Verdict, r.Kind)) + " by " + r.By
}
