#!/bin/sh
# Serves a page, once the store that all replicas of the job share knows that this one started.
mkdir -p /tmp/www
echo "hello from job $R1_JOB" > /tmp/www/index.html
if wget -q -O - --header "Authorization: Bearer $(cat "$R1_TOKEN_FILE")" \
	--post-data "$(hostname)" "$R1_API_URL/v1/cstore/job/$R1_JOB/value?key=started"
then echo "told the store"
else echo "the store is not reached" >&2
fi
exec httpd -f -p 8080 -h /tmp/www
