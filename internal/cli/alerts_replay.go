package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/alerter/rehearse"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/kafka"
)

func (a *App) alertsReplayCommand() *cobra.Command {
	var since string
	command := &cobra.Command{
		Use:   "replay RULES",
		Short: "Try a file of rules on past events, before it wakes anyone",
		Long: `Run a file of rules over the events, analysed windows and device states that Kafka
still holds (kafka.retention), and print the alarms of each patient-day. Nobody is told.
Messages are what the rules' people would be sent if nobody acknowledged
anything. Days are UTC; HOURS are those of the signal that was analysed. How far the
analysis was behind is not known of the past.`,
		Example: `  holter alerts replay my-rules.yaml
  holter alerts replay my-rules.yaml --since 48h --config holter.yaml`,
		Args: one("the file of rules"),
		RunE: func(command *cobra.Command, args []string) error {
			return a.alertsReplay(command.Context(), args[0], since)
		},
	}
	command.Flags().StringVar(&since, "since", "", "only what came at or after `T`: RFC 3339, or a duration like 24h (so long ago)")
	a.configFlag(command)
	return command
}

func (a *App) alertsReplay(ctx context.Context, path, since string) error {
	set, err := rule.Load(path)
	if err != nil {
		return err
	}
	var from time.Time
	if since != "" {
		if from, err = parseInstant(since, a.Clock.Now()); err != nil {
			return asUsage(fmt.Errorf("--since: %w", err))
		}
	}
	return a.withKafka(func(client *kafka.Client, partitions int) error {
		days, refused, err := rehearse.Read(ctx, client, partitions, set, from, func(done int) {
			if a.Terminal {
				_, _ = fmt.Fprintf(a.Err, "\rpartition %d of %d", done, partitions)
			}
		})
		if a.Terminal {
			_, _ = fmt.Fprintln(a.Err)
		}
		if err != nil {
			return err
		}
		if refused > 0 {
			_, _ = fmt.Fprintf(a.Err, "%d messages made no sense and were passed over\n", refused)
		}
		return printDays(a.Out, days)
	})
}

func printDays(w io.Writer, days []rehearse.Day) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "PATIENT\tDAY\tHOURS\tHIGH\tMEDIUM\tLOW\tMESSAGES")
	rules := make(map[string]int)
	alarms, hours := 0, 0.
	for _, d := range days {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%.2f\t%d\t%d\t%d\t%d\n", d.Patient, d.Date, d.Analysed.Hours(), d.High, d.Medium, d.Low, d.Messages)
		alarms, hours = alarms+d.Alarms(), hours+d.Analysed.Hours()
		for name, n := range d.Rules {
			rules[name] += n
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(days) == 0 {
		_, err := fmt.Fprintln(w, "Kafka holds no event, window or device state of that time.")
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		_, _ = fmt.Fprintf(w, "%5d  %s\n", rules[name], name)
	}
	_, _ = fmt.Fprintf(w, "%.2f alarms per patient-day (%d in %d patient-days)\n", float64(alarms)/float64(len(days)), alarms, len(days))
	if hours > 0 {
		_, _ = fmt.Fprintf(w, "%.2f alarms per 24 h of analysed signal, of which there are %.2f h\n", 24*float64(alarms)/hours, hours)
	}
	return nil
}
