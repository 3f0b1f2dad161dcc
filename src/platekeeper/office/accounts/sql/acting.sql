-- Who may act now: works here, was not disabled, is not suspended (USR-09, USR-11, USR-12). Every function that is told whose
-- hand it is asks this of the row itself, whatever the pages believe; a suspension is over by itself when its time is. A lock
-- by failed log-ins keeps the door and no more: it ends no session, or anybody could throw anybody out (CJIS AC-7). Whether a
-- writing authorises somebody is the policy's to say, agency by agency (USR-04).
CREATE FUNCTION may_act(p_person person) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE        -- of one expression, no settings: so it is planned into the statement that asks
RETURN (p_person).is_active AND (p_person).separated_at IS NULL AND (p_person).disabled_at IS NULL
   AND ((p_person).suspended_until IS NULL OR (p_person).suspended_until <= now());
