; The Windows setup, for the current user only: it asks for no rights and touches no other account.
; `nsis.py` runs makensis on it and says what is in capitals below.
;
;   VERSION, NUMBERS  1.2.3 and 1.2.3.0
;   TARGET            amd64-unicode or x86-unicode: what the setup itself is
;   OUT               the file to make
;   ICON, SIDE, HEADER  pictures
;   FILES             the script with INSTALL_FILES and UNINSTALL_FILES: every file by its name
;   UNINSTALLER       its file's name
;   SIZE_KIB          of what is installed
;
;   SIGN              optional: the command that signs the uninstaller, before its path
;
; Command line of the setup:        /S  silent        /D=FOLDER  last, where to
; Command line of the uninstaller:  /S  silent, keeps the user's data      /PURGE  removes it
;                                   /UPGRADE  only the files: a newer version follows
; Both end with 0 when all is done, 1 when the user cancelled, 2 when they gave up.

Unicode true
Target "${TARGET}"
ManifestDPIAware true
SetCompressor /SOLID lzma
SetCompressorDictSize 64
; The time of files is that of the installation, so that two builds are the same.
SetDateSave off
; Half an installation is none.
AllowSkipFiles off
RequestExecutionLevel user

!define APP_ID "io.github.pollux_proxy.Pollux" ; as `desktop.app` sets it
!define ARP "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP_ID}"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define HOMEPAGE "https://github.com/pollux-proxy/pollux"
!define LINK "$SMPROGRAMS\Pollux.lnk"
; Where `settings.folders` puts data and settings, unless the user named another place.
!define DATA "$LOCALAPPDATA\pollux"

Name "Pollux"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Pollux"
InstallDirRegKey HKCU "${ARP}" "InstallLocation"
BrandingText "Pollux ${VERSION}"

VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey ProductName "Pollux"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Setup of Pollux"
VIAddVersionKey CompanyName "Pollux contributors"
VIAddVersionKey LegalCopyright "MIT licence"

!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh
!include WinVer.nsh
!include Win\COM.nsh
!include Win\Propkey.nsh
!include MUI2.nsh
!include "${FILES}"

Var Place ; the folder whose programs are meant
Var Ran ; 1: the window's program ran when we came

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_HEADERIMAGE
!define MUI_HEADERIMAGE_RIGHT
!define MUI_HEADERIMAGE_BITMAP "${HEADER}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TITLE "Welcome to Pollux"
!define MUI_WELCOMEPAGE_TEXT "One local address for the Gemini API over all your Google accounts.$\r$\n$\r$\n\
Version ${VERSION} is installed for you alone, and no administrator is asked. A Pollux that runs is \
asked to quit, once it has answered its requests.$\r$\n$\r$\nClick Next to continue."
!define MUI_FINISHPAGE_TITLE "Pollux is installed"
!define MUI_FINISHPAGE_TEXT "You find it in the Start menu. While it runs, its icon is in the tray beside \
the clock.$\r$\n$\r$\nClick Finish to close the setup."
!define MUI_FINISHPAGE_RUN "$INSTDIR\pollux.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start Pollux"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "Pollux is removed from the folder below. A Pollux that runs is \
asked to quit. Your accounts, keys and settings stay, unless you say otherwise when you are asked."

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!macro GiveUp WHY
  MessageBox MB_OK|MB_ICONSTOP "${WHY}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend
!define GiveUp "!insertmacro GiveUp"

; Two at once would mix their files.
!macro OnlyOne
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "${APP_ID}.setup") p .r1 ?e'
  Pop $0
  ${If} $0 == 183 ; ERROR_ALREADY_EXISTS
    ${GiveUp} "Pollux is being installed or removed already."
  ${EndIf}
!macroend

; --- A Pollux that runs

; Windows gives nobody a program that runs to write in.
!macro IsRunning PROGRAM RESULT
  StrCpy ${RESULT} 0
  ${If} ${FileExists} "$Place\${PROGRAM}"
    ClearErrors
    FileOpen $R9 "$Place\${PROGRAM}" a
    ${If} ${Errors}
      StrCpy ${RESULT} 1
    ${Else}
      FileClose $R9
    ${EndIf}
  ${EndIf}
!macroend

; Ends the window of $Place, or ends us. Running requests are answered first, which `--quit` waits
; for. Nobody asks the engine alone, so it is looked at first: else the window had ended for nothing.
!macro EndRunning UN
Function ${UN}EndRunning
  again:
  !insertmacro IsRunning "pollux-headless.exe" $R0
  ${If} $R0 == 0
    !insertmacro IsRunning "pollux.exe" $R1
    ${If} $R1 == 1
      StrCpy $Ran 1
      DetailPrint "Asking the running Pollux to quit"
      ExecWait '"$Place\pollux.exe" --quit'
    ${EndIf}
  ${EndIf}
  ; Files are in use for a moment longer than their program runs.
  ${For} $R2 1 20
    !insertmacro IsRunning "pollux-headless.exe" $R0
    !insertmacro IsRunning "pollux.exe" $R1
    ${If} $R0 == 0
    ${AndIf} $R1 == 0
      Return
    ${EndIf}
    Sleep 250
  ${Next}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION \
    "Pollux is still running: as a demo, as pollux-headless in a terminal, or for somebody else \
who uses this computer. Quit it there, then try again." \
    /SD IDCANCEL IDRETRY again
  SetErrorLevel 2
  Quit
FunctionEnd
!macroend
!insertmacro EndRunning ""
!insertmacro EndRunning "un."

; Whether the entry of start at login is that of the copy in $Place.
!macro StartsAtLogin RESULT
  StrCpy ${RESULT} 0
  ReadRegStr $R9 HKCU "${RUN}" "Pollux"
  ${If} $R9 == '"$Place\pollux.exe" --background'
  ${OrIf} $R9 == "$Place\pollux.exe --background"
    StrCpy ${RESULT} 1
  ${EndIf}
!macroend

; --- Installation

Function .onInit
  ; What Qt 6 runs on: https://doc.qt.io/qt-6/windows.html
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} 17763
    ${GiveUp} "Pollux needs a 64-bit Windows 10 (version 1809) or later."
  ${EndIf}
  !insertmacro OnlyOne
FunctionEnd

Section
  Call LookAtFolder
  ; Whoever chooses another folder than before moves Pollux there.
  ReadRegStr $Place HKCU "${ARP}" "InstallLocation"
  ${If} $Place != ""
  ${AndIf} $Place != $INSTDIR
    Call RemoveOlder
    Delete "$Place\${UNINSTALLER}"
    RMDir "$Place"
    !insertmacro StartsAtLogin $0
    ${If} $0 == 1
      WriteRegStr HKCU "${RUN}" "Pollux" '"$INSTDIR\pollux.exe" --background'
    ${EndIf}
  ${EndIf}
  StrCpy $Place $INSTDIR
  Call RemoveOlder
  ; First what removes it: should a file not find its place, nothing is left that cannot be removed.
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\${UNINSTALLER}"
  WriteRegStr HKCU "${ARP}" "DisplayName" "Pollux"
  WriteRegStr HKCU "${ARP}" "DisplayIcon" "$INSTDIR\pollux.exe,0"
  WriteRegStr HKCU "${ARP}" "Publisher" "Pollux contributors"
  WriteRegStr HKCU "${ARP}" "URLInfoAbout" "${HOMEPAGE}"
  WriteRegStr HKCU "${ARP}" "URLUpdateInfo" "${HOMEPAGE}/releases"
  WriteRegStr HKCU "${ARP}" "HelpLink" "${HOMEPAGE}/issues"
  WriteRegStr HKCU "${ARP}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ARP}" "UninstallString" '"$INSTDIR\${UNINSTALLER}"'
  WriteRegStr HKCU "${ARP}" "QuietUninstallString" '"$INSTDIR\${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${ARP}" "EstimatedSize" ${SIZE_KIB}
  WriteRegDWORD HKCU "${ARP}" "NoModify" 1
  WriteRegDWORD HKCU "${ARP}" "NoRepair" 1
  !insertmacro INSTALL_FILES
  SetOutPath "$INSTDIR" ; where the link starts the program
  Call MakeLink
  ; Last, since package managers take it for all that was to be done.
  WriteRegStr HKCU "${ARP}" "DisplayVersion" "${VERSION}"
  ; The last page asks; without pages, what ran runs again.
  ${If} ${Silent}
  ${AndIf} $Ran == 1
    Exec '"$INSTDIR\pollux.exe" --background'
  ${EndIf}
SectionEnd

; Before the version of now is gone. The page of the folder looks too, and a silent setup has none.
Function LookAtFolder
  !define /math NEEDED_MIB ${SIZE_KIB} / 1024
  ${GetRoot} $INSTDIR $0
  ClearErrors
  ${DriveSpace} "$0\" "/D=F /S=M" $1
  ${IfNot} ${Errors}
  ${AndIf} $1 <= ${NEEDED_MIB}
    ${GiveUp} "Pollux needs ${NEEDED_MIB} MB, and $0 has $1 MB left."
  ${EndIf}
  CreateDirectory "$INSTDIR"
  ClearErrors
  GetTempFileName $0 "$INSTDIR"
  ${If} ${Errors}
    ${GiveUp} "Nothing can be written to $INSTDIR. Please choose another folder."
  ${EndIf}
  Delete $0
FunctionEnd

; The files of the version in $Place, some of which may be in this one no more.
Function RemoveOlder
  Call EndRunning
  ${If} ${FileExists} "$Place\${UNINSTALLER}"
    DetailPrint "Removing the files of the version before"
    ExecWait '"$Place\${UNINSTALLER}" /S /UPGRADE _?=$Place' $0
    ${If} $0 == 2
      ${GiveUp} "The version before could not be removed from $Place."
    ${EndIf}
  ${EndIf}
FunctionEnd

; The Start-menu entry. It carries the program's id, so that Windows counts the window and its
; notifications as its own: learn.microsoft.com/windows/win32/shell/appids
; Wine 8 knows no such property, and only the entry is made there.
Function MakeLink
  CreateShortcut "${LINK}" "$INSTDIR\pollux.exe"
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${LINK}",2)' ; STGM_READWRITE
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
        System::Call '*(&w64 "${APP_ID}")p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r4)p.r5'
        ${IPropertyStore::SetValue} $2 '($3,$5)'
        ${IPropertyStore::Commit} $2 ""
        System::Free $3
        System::Free $4
        System::Free $5
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${LINK}",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

; --- Removal

; Leaves the error flag set if the command line has no such option.
!macro LookFor OPTION
  ${GetParameters} $R9
  ClearErrors
  ${GetOptions} $R9 "${OPTION}" $R9
!macroend

Function un.onInit
  !insertmacro LookFor "/UPGRADE"
  ${If} ${Errors} ; else the setup is there already
    !insertmacro OnlyOne
  ${EndIf}
FunctionEnd

Section "un.Pollux"
  StrCpy $Place $INSTDIR
  Call un.EndRunning
  !insertmacro UNINSTALL_FILES
  !insertmacro LookFor "/UPGRADE"
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  Delete "${LINK}"
  !insertmacro StartsAtLogin $0
  ${If} $0 == 1
    DeleteRegValue HKCU "${RUN}" "Pollux"
    DeleteRegValue HKCU "${APPROVED}" "Pollux"
  ${EndIf}
  DeleteRegKey HKCU "${ARP}"
  Delete "$INSTDIR\${UNINSTALLER}"
  SetOutPath "$TEMP" ; nobody removes the folder he stands in
  RMDir "$INSTDIR"
  Call un.Data
SectionEnd

; The user's data goes only when the user says so.
Function un.Data
  ${IfNot} ${FileExists} "${DATA}\*"
    Return
  ${EndIf}
  !insertmacro LookFor "/PURGE"
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
      "Remove your accounts, keys, settings and statistics too? They are in$\n${DATA}" \
      /SD IDNO IDYES remove
    Return
  ${EndIf}
  remove:
  Call un.VaultKey
  RMDir /r "${DATA}"
FunctionEnd

; The key of the vault, in Windows' Credential Manager under the vault's id, which stands in the
; vault's file (`credentials.sealed`): 8 bytes behind the first 9. Others there are of other folders.
Function un.VaultKey
  ClearErrors
  FileOpen $0 "${DATA}\vault" r
  ${If} ${Errors}
    Return
  ${EndIf}
  FileSeek $0 9
  StrCpy $1 ""
  ${For} $2 1 8
    FileReadByte $0 $3
    IntFmt $3 "%02x" $3
    StrCpy $1 "$1$3"
  ${Next}
  FileClose $0
  System::Call 'advapi32::CredDeleteW(w "Pollux $1", i 1, i 0)'
FunctionEnd
