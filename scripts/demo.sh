# scripts/demo.sh: the example site of ./run: two lists, their members, a few posts.
# Folder and ports can be others: DEMO=/tmp/demo WEB_PORT=8081 ./run
DEMO=${DEMO:-demo}
SMTP_PORT=${SMTP_PORT:-2525} SUBMISSION_PORT=${SUBMISSION_PORT:-2587}
SUBMISSIONS_PORT=${SUBMISSIONS_PORT:-2465} WEB_PORT=${WEB_PORT:-8080}
URL=http://localhost:$WEB_PORT
WHERE=(--set "smtp.listen=127.0.0.1:$SMTP_PORT" --set "smtp.submission=127.0.0.1:$SUBMISSION_PORT"
	--set "smtp.submissions=127.0.0.1:$SUBMISSIONS_PORT" --set "web.listen=127.0.0.1:$WEB_PORT"
	--set "site.url=$URL")
pst() { build/postern -c "$DEMO/postern.conf" "${WHERE[@]}" "$@"; }

# In a folder beside, which is renamed when it is whole: one that was interrupted is
# made anew.
demo_make() {
	local whole=$DEMO said
	[ -e "$whole/ready" ] && return 0
	rmdir "$whole" 2>/dev/null
	[ -e "$whole" ] && {
		echo "$whole is there already and is no finished demo. Remove it, or DEMO=FOLDER ./run takes another." >&2
		return 1
	}
	local DEMO=$whole.new
	rm -rf "$DEMO"
	mkdir -p "$DEMO"
	build/postern "${WHERE[@]}" --set send.relay=outbox --set web.root=site \
		init --dir "$DEMO" --domain lists.example --admin okafor@lists.example --hostname mail.lists.example \
		>"$DEMO/first-steps.txt" || return 1
	demo_lists && demo_site && demo_archive || return 1
	said=$(cat "$DEMO/first-steps.txt") && echo "${said//"$DEMO"/"$whole"}" >"$DEMO/first-steps.txt" &&
	touch "$DEMO/ready" && mv "$DEMO" "$whole"
}

demo_lists() {
	pst list create developer@lists.example --owner okafor@lists.example >/dev/null &&
	pst list create board@lists.example --owner okafor@lists.example --private >/dev/null &&
	pst list set developer description="Work on the Facet code" info="Design, patches, tests and releases of Facet, software for crystallography." &&
	pst list set board description="Steering of the collaboration" &&
	pst member add developer - <<-'END' >/dev/null &&
		R. Okafor <okafor@lists.example>
		S. Marchetti <marchetti@synchrotron.example>
		L. Brandvold <brandvold@north-uni.example>
		C. Weiss-Anan <weiss@structure.example>
	END
	pst member add board okafor@lists.example weiss@structure.example >/dev/null &&
	pst user add okafor@lists.example --name "R. Okafor" --admin &&
	pst user token okafor@lists.example --name demo >"$DEMO/token.txt"
}

demo_site() {
	mkdir -p "$DEMO/site"
	[ -e "$DEMO/site/index.html" ] || cp scripts/demo-site.html "$DEMO/site/index.html"
}

demo_archive() {
	pst archive import developer scripts/demo.mbox >/dev/null
}

# Whether something listens at the port.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

demo_ports_free() {
	local name
	for name in SMTP_PORT SUBMISSION_PORT SUBMISSIONS_PORT WEB_PORT; do
		answers "${!name}" || continue
		echo "Something listens at 127.0.0.1:${!name} already: another ./run? Else $name=NUMBER ./run takes another port." >&2
		return 1
	done
}

# Starts the server and tells where it is; ends when it ends.
demo_serve() {
	local pid code tries=0 signals=0 seen
	# Out of the terminal's reach: Ctrl-C comes by the trap, once; a second one means "at once".
	setsid build/postern -c "$DEMO/postern.conf" "${WHERE[@]}" serve 2>>"$DEMO/log" &
	pid=$!
	trap 'signals=$((signals + 1)); kill -TERM $pid 2>/dev/null' INT TERM HUP
	until answers "$WEB_PORT" && answers "$SUBMISSION_PORT"; do
		tries=$((tries + 1))
		if [ $tries -gt 200 ] || ! kill -0 $pid 2>/dev/null; then
			kill -TERM $pid 2>/dev/null
			tail -20 "$DEMO/log" >&2
			echo "Postern did not start; its log is $DEMO/log." >&2
			return 1
		fi
		sleep 0.1
	done
	demo_tell
	seen=-1
	while [ $seen -ne $signals ]; do # a signal ends a wait
		seen=$signals
		wait $pid
		code=$?
	done
	echo "Postern has stopped."
	return $code
}

demo_tell() {
	local link token
	link=$(pst user link okafor@lists.example)
	token=$(cat "$DEMO/token.txt")
	cat <<-END

	Postern runs. Nothing leaves this machine: mail that would is kept and shown.

	  Sign in as R. Okafor (once)   $link
	  The lists and their archive   $URL/lists/
	  What members would receive    $URL/outbox (after signing in)

	Post to the list developer, as a member's mail program would:

	  swaks --server 127.0.0.1:$SUBMISSION_PORT --tls --auth PLAIN --auth-user okafor@lists.example \\
	    --auth-password $token --from okafor@lists.example --to developer@lists.example \\
	    --header "From: R. Okafor <okafor@lists.example>" --header "Subject: Hello from swaks" --body "My first post."

	Or as a stranger's server would; it is held at $URL/lists/developer/admin/held

	  swaks --server 127.0.0.1:$SMTP_PORT --from ada@elsewhere.example --to developer@lists.example

	Commands take the example's configuration, for instance another sign-in link:

	  build/postern -c $DEMO/postern.conf user link okafor@lists.example
	  build/postern -c $DEMO/postern.conf status

	The log is $DEMO/log. Ctrl-C stops; ./run again goes on with the same data;
	rm -r $DEMO begins anew.

	END
}
