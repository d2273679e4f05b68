# scripts/demo.sh: the example site of ./run: two lists, their members, a few posts.
DEMO=demo
pst() { build/postern -c $DEMO/postern.conf "$@"; }

demo_make() {
	[ -e $DEMO/ready ] && return 0
	mkdir -p $DEMO
	build/postern --set smtp.listen=127.0.0.1:2525 --set smtp.submission=127.0.0.1:2587 \
		--set smtp.submissions=127.0.0.1:2465 --set web.listen=127.0.0.1:8080 \
		--set site.url=http://localhost:8080 --set send.relay=outbox --set web.root=site \
		init --dir $DEMO --domain lists.example --admin okafor@lists.example --hostname mail.lists.example \
		>$DEMO/first-steps.txt || return 1
	demo_lists && demo_site && demo_archive || return 1
	touch $DEMO/ready
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
	pst user token okafor@lists.example --name demo >$DEMO/token.txt
}

demo_site() {
	mkdir -p $DEMO/site
	[ -e $DEMO/site/index.html ] || cp scripts/demo-site.html $DEMO/site/index.html
}

demo_archive() {
	pst archive import developer scripts/demo.mbox >/dev/null
}

demo_tell() {
	local link token
	link=$(pst user link okafor@lists.example)
	token=$(cat $DEMO/token.txt)
	cat <<-END

	Postern runs. Nothing leaves this machine: mail that would is kept and shown.

	  The lists and their archive   http://localhost:8080/lists/
	  What members would receive    http://localhost:8080/outbox
	  Sign in as R. Okafor (once)   $link

	Post to the list developer, as a mail program would:

	  swaks --server 127.0.0.1:2587 --tls --auth PLAIN --auth-user okafor@lists.example \\
	    --auth-password $token --from okafor@lists.example --to developer@lists.example \\
	    --header "Subject: Hello from swaks" --body "My first post."

	The log is in demo/log. Ctrl-C stops; ./run again goes on with the same data;
	rm -r demo begins anew.

	END
}
