package web

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

const maxBody = 256 << 10

// Guard checks requests before next has them, and sets the security headers.
//
// Hosts are the names that the Host header may have, without port; empty: any.
// A page of another origin that has its name resolve to this machine would
// otherwise be taken for this server's own.
func Guard(next http.Handler, hosts []string) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if err := check(r, hosts, origin); err != nil {
			Fail(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func check(r *http.Request, hosts []string, origin *http.CrossOriginProtection) error {
	if name := hostOf(r.Host); len(hosts) > 0 && !slices.Contains(hosts, name) {
		return &Error{http.StatusMisdirectedRequest, fmt.Sprintf("this server is not called %q", name),
			"use " + strings.Join(hosts, " or ") + ", or enter the name in console.hosts"}
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if err := origin.Check(r); err != nil {
		return &Error{http.StatusForbidden, err.Error(), "send the request from the console's own page, or from a program"}
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return &Error{http.StatusUnsupportedMediaType, fmt.Sprintf("the request's Content-Type is %q", r.Header.Get("Content-Type")), "send application/json"}
	}
	return nil
}

func hostOf(hostPort string) string {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.Trim(hostPort, "[]")
	}
	return strings.ToLower(host)
}

// Loopback tells whether an address, host:port, can be reached from this machine
// only.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// HostsFor are the names to accept for a listener: the given ones, and this
// machine's own where it listens on loopback or some are given.
func HostsFor(addr string, given []string) []string {
	if !Loopback(addr) && len(given) == 0 {
		return nil
	}
	hosts := []string{"localhost", "127.0.0.1", "::1", hostOf(addr)}
	for _, name := range given {
		hosts = append(hosts, strings.ToLower(name))
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}
