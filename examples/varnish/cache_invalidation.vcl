# Lets cache_invalidation_connect purge pages by their tags: docs/http-caches.md. Needs the vmod xkey (Debian's
# varnish-modules). Include it at the top of your VCL, after `vcl 4.1;`, and say who may purge:
#
#   acl cache_invalidation_purgers { "10.0.0.0"/8; }
#   include "/etc/varnish/cache_invalidation.vcl";
#
# The origin sends the header `xkey` with the tags of a page (client/surrogate_keys.h).

import std;
import xkey;

sub vcl_recv {
    unset req.http.cache-invalidation-purged;
    if (req.method == "PURGE") {
        if (client.ip !~ cache_invalidation_purgers) {
            return (synth(403, "May not purge"));
        }
        if (req.http.xkey-purge-all) {
            if (!std.ban("obj.status != 0")) {
                return (synth(500, "Cannot ban"));
            }
            # How many pages that are is not known.
            set req.http.cache-invalidation-purged = "1";
        } else if (req.http.xkey-purge) {
            set req.http.cache-invalidation-purged = xkey.purge(req.http.xkey-purge);
        } else if (req.http.xkey-softpurge) {
            set req.http.cache-invalidation-purged = xkey.softpurge(req.http.xkey-softpurge);
        } else {
            return (purge);
        }
        return (synth(200, "Purged"));
    }
}

sub vcl_synth {
    # The connector takes a response without it for that of somebody else.
    if (req.method == "PURGE" && req.http.cache-invalidation-purged) {
        set resp.http.cache-invalidation-purged = req.http.cache-invalidation-purged;
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
}
