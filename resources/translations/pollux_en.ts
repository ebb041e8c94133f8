<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>Activity</name>
        <message numerus="yes">
            <source>%n failed attempt(s): {why}</source>
            <translation>
                <numerusform>%n failed attempt: {why}</numerusform>
                <numerusform>%n failed attempts: {why}</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ActivityPage</name>
        <message numerus="yes">
            <source>%n request(s)</source>
            <translation>
                <numerusform>%n request</numerusform>
                <numerusform>%n requests</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n request(s) copied.</source>
            <translation>
                <numerusform>%n request copied.</numerusform>
                <numerusform>%n requests copied.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Copy %n row(s)</source>
            <translation>
                <numerusform>Copy %n row</numerusform>
                <numerusform>Copy %n rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Go on (%n new)</source>
            <translation>
                <numerusform>Go on (%n new)</numerusform>
                <numerusform>Go on (%n new)</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>AddAccount</name>
        <message numerus="yes">
            <source>Use %n project(s)</source>
            <translation>
                <numerusform>Use %n project</numerusform>
                <numerusform>Use %n projects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>AddKey</name>
        <message numerus="yes">
            <source>%n line(s) said a key again.</source>
            <translation>
                <numerusform>%n line said a key again.</numerusform>
                <numerusform>%n lines said a key again.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Add %n key(s)</source>
            <translation>
                <numerusform>Add %n key</numerusform>
                <numerusform>Add %n keys</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Answered</name>
        <message numerus="yes">
            <source>%n attempt(s)</source>
            <translation>
                <numerusform>%n attempt</numerusform>
                <numerusform>%n attempts</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CheckNotice</name>
        <message numerus="yes">
            <source>Google accepts all %n credential(s).</source>
            <translation>
                <numerusform>Google accepts all %n credential.</numerusform>
                <numerusform>Google accepts all %n credentials.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} of %n credential(s) cannot be used now.</source>
            <translation>
                <numerusform>{n} of %n credential cannot be used now.</numerusform>
                <numerusform>{n} of %n credentials cannot be used now.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>DoctorGroup</name>
        <message numerus="yes">
            <source>%n check(s) found something to do.</source>
            <translation>
                <numerusform>%n check found something to do.</numerusform>
                <numerusform>%n checks found something to do.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Export</name>
        <message numerus="yes">
            <source>Passphrase, at least %n character(s)</source>
            <translation>
                <numerusform>Passphrase, at least %n character</numerusform>
                <numerusform>Passphrase, at least %n characters</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ImportFiles</name>
        <message numerus="yes">
            <source>%n credential(s) imported.</source>
            <translation>
                <numerusform>%n credential imported.</numerusform>
                <numerusform>%n credentials imported.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n item(s) could not be used.</source>
            <translation>
                <numerusform>%n item could not be used.</numerusform>
                <numerusform>%n items could not be used.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Ranking</name>
        <message numerus="yes">
            <source>Show %n more</source>
            <translation>
                <numerusform>Show %n more</numerusform>
                <numerusform>Show %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>RatesCard</name>
        <message numerus="yes">
            <source>%n min ago</source>
            <translation>
                <numerusform>%n min ago</numerusform>
                <numerusform>%n min ago</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>RequestSheet</name>
        <message numerus="yes">
            <source>%n attempt(s)</source>
            <translation>
                <numerusform>%n attempt</numerusform>
                <numerusform>%n attempts</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message numerus="yes">
            <source>The next start brings %n change(s).</source>
            <translation>
                <numerusform>The next start brings %n change.</numerusform>
                <numerusform>The next start brings %n changes.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Status</name>
        <message numerus="yes">
            <source>Running; %n credential(s) to look after</source>
            <translation>
                <numerusform>Running; %n credential to look after</numerusform>
                <numerusform>Running; %n credentials to look after</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{usable} of %n credential(s) can serve requests</source>
            <translation>
                <numerusform>{usable} of %n credential can serve requests</numerusform>
                <numerusform>{usable} of %n credentials can serve requests</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>UsageCard</name>
        <message numerus="yes">
            <source>%n request(s)</source>
            <translation>
                <numerusform>%n request</numerusform>
                <numerusform>%n requests</numerusform>
            </translation>
        </message>
    </context>
</TS>
