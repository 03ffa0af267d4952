# SPDX-License-Identifier: Apache-2.0
"""The six rules of every new namespace."""


def default_rules():
    return [
        make_rule("user_data_invalidation", 100, "IMMEDIATE", ["user", "user_profile"],
                  ["user_session", "user_preferences", "user_forms"]),
        make_rule("session_invalidation", 90, "IMMEDIATE", ["session"], ["user_session", "navigation"]),
        make_rule("data_change_invalidation", 70, "CASCADE", ["product", "pricing", "calculation"],
                  ["computed", "query"]),
        make_rule("job_result_invalidation", 60, "IMMEDIATE", ["job", "job_result"], ["computed"]),
        make_rule("form_data_invalidation", 50, "BATCHED", ["form", "form_data"],
                  ["form_state", "form_snapshot"]),
        make_rule("widget_state_invalidation", 30, "BATCHED", ["widget", "widget_state"], ["form_state"]),
    ]


def make_rule(name, priority, strategy, trigger_tags, invalidate_tags):
    return {
        "name": name,
        "priority": priority,
        "strategy": f"INVALIDATION_STRATEGY_{strategy}",
        "trigger_tags": trigger_tags,
        "invalidate_tags": invalidate_tags,
    }
