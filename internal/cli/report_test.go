package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPeriodOfAReport(t *testing.T) {
	now := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	f := reportFlags{patient: "p7", day: "2026-03-29", zone: "Europe/Berlin", to: "0s", out: "day.pdf"}
	p, err := f.period(now)
	require.NoError(t, err)
	require.Equal(t, "pdf", f.format)
	require.Equal(t, 23*time.Hour, p.To.Sub(p.From), "summer time begins")
	require.Equal(t, "2026-03-28T23:00:00Z", p.From.UTC().Format(time.RFC3339))

	f = reportFlags{patient: "p7", from: "168h", to: "24h", zone: "UTC", format: "json", out: "week"}
	p, err = f.period(now)
	require.NoError(t, err)
	require.Equal(t, 144*time.Hour, p.To.Sub(p.From))

	for wrong, flags := range map[string]reportFlags{
		"either --day or --from":     {patient: "p7", day: "2026-01-31", from: "24h", out: "x.pdf"},
		"--patient":                  {day: "2026-01-31", out: "x.pdf"},
		`"doc" is not one of html, `: {patient: "p7", day: "2026-01-31", out: "x.doc"},
		`"Middle/Earth" is no time`:  {patient: "p7", day: "2026-01-31", zone: "Middle/Earth", out: "x.pdf"},
		`"31.1." is no date`:         {patient: "p7", day: "31.1.", out: "x.pdf"},
		"before it begins":           {patient: "p7", from: "1h", to: "2h", out: "x.pdf"},
	} {
		_, err := flags.period(now)
		require.ErrorContains(t, err, wrong)
		require.ErrorIs(t, err, errUsage)
	}
}
