; The Windows setup, for the current user only: it asks for no rights and touches no other account.
; `nsis.py` runs makensis on it and says what is in capitals below.
;
;   VERSION, NUMBERS  1.2.3 and 1.2.3.0
;   TARGET            amd64-unicode or x86-unicode: what the setup itself is
;   OUT               the file to make
;   ICON, SIDE, HEADER  pictures
;   FILES             the script with INSTALL_FILES and UNINSTALL_FILES: every file by its name
;   SIZE_KIB          of what is installed
;
; Command line of the setup:      /S  silent        /D=FOLDER  last, where to
; Command line of uninstall.exe:  /S  silent, keeps the user's data      /PURGE  removes it
;                                 /UPGRADE  only the files: a newer version follows

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

Var Ran ; 1: the window's program ran when we came

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_HEADERIMAGE
!define MUI_HEADERIMAGE_RIGHT
!define MUI_HEADERIMAGE_BITMAP "${HEADER}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "One local address for the Gemini API over all your Google accounts.$\r$\n$\r$\n\
Pollux is installed for you alone, and no administrator is asked. A Pollux that runs is asked to \
quit, once it has answered its requests.$\r$\n$\r$\nClick Next to continue."
!define MUI_FINISHPAGE_RUN "$INSTDIR\pollux.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start Pollux"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; --- A Pollux that runs

; Windows gives nobody a program that runs to write in.
!macro IsRunning PROGRAM RESULT
  StrCpy ${RESULT} 0
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    ClearErrors
    FileOpen $R9 "$INSTDIR\${PROGRAM}" a
    ${If} ${Errors}
      StrCpy ${RESULT} 1
    ${Else}
      FileClose $R9
    ${EndIf}
  ${EndIf}
!macroend

; Ends it, or ends us. Running requests are answered first, which `--quit` waits for.
!macro EndRunning UN
Function ${UN}EndRunning
  !insertmacro IsRunning "pollux.exe" $Ran
  StrCpy $R0 $Ran
  again:
  ${If} $R0 == 1
    DetailPrint "Asking the running Pollux to quit"
    ExecWait '"$INSTDIR\pollux.exe" --quit'
  ${EndIf}
  ; Its files are in use for a moment longer than itself.
  ${For} $R2 1 20
    !insertmacro IsRunning "pollux.exe" $R0
    !insertmacro IsRunning "pollux-headless.exe" $R1
    ${If} $R0 == 0
    ${AndIf} $R1 == 0
      Return
    ${EndIf}
    Sleep 250
  ${Next}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION \
    "Pollux is still running. Quit it, and pollux-headless in every terminal; then try again." \
    /SD IDCANCEL IDRETRY again
  SetErrorLevel 2
  Quit
FunctionEnd
!macroend
!insertmacro EndRunning ""
!insertmacro EndRunning "un."

; --- Installation

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "Pollux needs a 64-bit Windows 10 or later." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ; Two setups at once would mix their files.
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "${APP_ID}.setup") p .r1 ?e'
  Pop $0
  ${If} $0 == 183 ; ERROR_ALREADY_EXISTS
    MessageBox MB_OK|MB_ICONEXCLAMATION "The setup of Pollux is running already." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

Section
  Call EndRunning
  ; Files of the version before, some of which may be in this one no more.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    DetailPrint "Removing the files of the version before"
    ExecWait '"$INSTDIR\uninstall.exe" /S /UPGRADE _?=$INSTDIR'
  ${EndIf}
  !insertmacro INSTALL_FILES
  WriteUninstaller "$INSTDIR\uninstall.exe"
  SetOutPath "$INSTDIR" ; where the link starts the program
  Call MakeLink
  WriteRegStr HKCU "${ARP}" "DisplayName" "Pollux"
  WriteRegStr HKCU "${ARP}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ARP}" "DisplayIcon" "$INSTDIR\pollux.exe,0"
  WriteRegStr HKCU "${ARP}" "Publisher" "Pollux contributors"
  WriteRegStr HKCU "${ARP}" "URLInfoAbout" "${HOMEPAGE}"
  WriteRegStr HKCU "${ARP}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ARP}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ARP}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ARP}" "EstimatedSize" ${SIZE_KIB}
  WriteRegDWORD HKCU "${ARP}" "NoModify" 1
  WriteRegDWORD HKCU "${ARP}" "NoRepair" 1
  ; The last page asks; without pages, what ran runs again.
  ${If} ${Silent}
  ${AndIf} $Ran == 1
    Exec '"$INSTDIR\pollux.exe" --background'
  ${EndIf}
SectionEnd

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

Section "un.Pollux"
  Call un.EndRunning
  !insertmacro UNINSTALL_FILES
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPGRADE" $1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  Delete "${LINK}"
  Call un.StartAtLogin
  DeleteRegKey HKCU "${ARP}"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP" ; nobody removes the folder he stands in
  RMDir "$INSTDIR"
  Call un.Data
SectionEnd

; The entry of start at login, if it starts this copy.
Function un.StartAtLogin
  ReadRegStr $0 HKCU "${RUN}" "Pollux"
  ${If} $0 == '"$INSTDIR\pollux.exe" --background'
  ${OrIf} $0 == "$INSTDIR\pollux.exe --background"
    DeleteRegValue HKCU "${RUN}" "Pollux"
    DeleteRegValue HKCU "${APPROVED}" "Pollux"
  ${EndIf}
FunctionEnd

; The user's data goes only when the user says so.
Function un.Data
  ${IfNot} ${FileExists} "${DATA}\*"
    Return
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PURGE" $1
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
